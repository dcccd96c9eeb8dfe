-- What a list page needs and no more: one row a published clinic, one a clinic and procedure, an index for each order.
DROP TABLE IF EXISTS reference_offer, reference_card;

CREATE TABLE reference_card AS
SELECT c.id, c.slug, c.name, c.country, c.city, c.languages, c.currency, c.reply_minutes, c.search_text,
       k.checks, k.expires_on, p.roles, o.low, o.high, o.low_eur, hashtext(c.id::text) AS shuffle
FROM clinic c
CROSS JOIN LATERAL (
  SELECT count(*) AS checks, min(expires_on) AS expires_on FROM clinic_check
  WHERE clinic_id = c.id AND state = 'passed' AND expires_on >= current_date
) k
CROSS JOIN LATERAL (SELECT array_agg(DISTINCT role) AS roles FROM clinic_person WHERE clinic_id = c.id) p
CROSS JOIN LATERAL (
  SELECT min(low) AS low, max(high) AS high, min(low_eur) AS low_eur FROM clinic_price WHERE clinic_id = c.id
) o
WHERE c.listing_state = 'published';

CREATE TABLE reference_offer AS
SELECT r.id, q.slug AS procedure, r.country, r.languages, r.checks, r.reply_minutes, r.shuffle,
       o.low, o.high, o.low_eur
FROM reference_card r JOIN clinic_price o ON o.clinic_id = r.id JOIN procedure q ON q.id = o.procedure_id;

-- Migrations set the rights on all tables, which only their owner may.
ALTER TABLE reference_card OWNER TO marketplace_owner;
ALTER TABLE reference_offer OWNER TO marketplace_owner;
ALTER TABLE reference_card ADD PRIMARY KEY (id);
ALTER TABLE reference_offer ADD PRIMARY KEY (id, procedure);
CREATE INDEX ON reference_card (checks DESC, reply_minutes, shuffle, id);
CREATE INDEX ON reference_card (country, checks DESC, reply_minutes, shuffle, id);
CREATE INDEX ON reference_card (low_eur, shuffle, id);
CREATE INDEX ON reference_card USING gin (search_text gin_trgm_ops);
CREATE INDEX ON reference_offer (country, procedure, checks DESC, reply_minutes, shuffle, id);
ANALYZE reference_card, reference_offer;
