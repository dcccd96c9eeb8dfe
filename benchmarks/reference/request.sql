WITH wanted AS (
  SELECT id, treatment_id FROM procedure WHERE slug = 'facial'
), asked AS (
  INSERT INTO quote_request (
    id, created_at, ref, locale, state, draft_at, unconfirmed_at, open_at, last_answered_at, treatment_id, procedure_id,
    procedure_answered, home_country, destinations, where_answered, timing, trips, share_budget, budget_answered,
    languages, wait_without_clinic, share_health, aftercare, data_key, name_sealed, contact_sealed, health_sealed,
    questions_sealed, email_hash)
  SELECT gen_random_uuid(), now(), 'MQ-' || md5(random()::text), 'en', 'open', now(), now(), now(), now(), treatment_id,
    id, true, 'GB', '{}', true, 'quarter', '2', false, true, '{en}', false, true, false, sealed, sealed, sealed, sealed,
    sealed, sealed
  FROM wanted, (SELECT decode(repeat('ab', 60), 'hex') AS sealed) AS made
  RETURNING id
), eligible AS (
  SELECT clinic_id FROM clinic_offer
  WHERE procedure_id = (SELECT id FROM wanted) AND required_until >= current_date AND languages && '{en}'
    AND (accepts_countries = '{}' OR 'GB' = ANY (accepts_countries))
  ORDER BY checks_rank, shuffle LIMIT 25
), best AS (
  SELECT clinic_id FROM eligible ORDER BY random() LIMIT 5
), taken AS (
  INSERT INTO clinic_load AS load (clinic_id, day, day_taken, week, week_taken)
  SELECT clinic_id, current_date, 1, date_trunc('week', now())::date, 1 FROM best
  ON CONFLICT (clinic_id) DO UPDATE SET day_taken = load.day_taken + 1, week_taken = load.week_taken + 1
  RETURNING clinic_id
), agreed AS (
  INSERT INTO consent (id, request_id, clinic_id, purpose, act, number, text, version, at)
  SELECT gen_random_uuid(), asked.id, clinic_id, 'request', 'given', 1, 'I agree.', '1', now() FROM taken, asked
), sent AS (
  INSERT INTO lead (id, created_at, request_id, clinic_id, state, new_at, due_at, clock_started_at, frozen_seconds)
  SELECT gen_random_uuid(), now(), asked.id, clinic_id, 'new', now(), now() + interval '1 day', now(), 0
  FROM taken, asked RETURNING id
)
SELECT count(*), (
  SELECT procrastinate_defer_jobs_v1(array_agg(
    ROW('mail', 'mail.send', 0, NULL, NULL, '{}'::jsonb, NULL)::procrastinate_job_to_defer_v1))
  FROM generate_series(1, 6)
) FROM sent;
