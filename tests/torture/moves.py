"""Every change of a stored state, noted by the database itself: two of the same kind would be a thing done twice."""

from tests.torture.real_site import RealSite

NOTE = """
    CREATE TABLE state_change (thing text, id uuid, now_is text);
    CREATE FUNCTION note_state_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
        BEGIN INSERT INTO public.state_change VALUES (TG_TABLE_NAME, NEW.id, NEW.state); RETURN NEW; END $$;
"""
THINGS = ("email", "quote", "lead", "quote_request")


def note_all(site: RealSite) -> None:
    """Before the first of them."""
    triggers = "".join(
        f"CREATE TRIGGER note AFTER UPDATE OF state ON {thing} FOR EACH ROW EXECUTE FUNCTION note_state_change();"
        for thing in THINGS
    )
    site.ask(NOTE + triggers)


def done_twice(site: RealSite) -> list[tuple[object, ...]]:
    """Things that came into the same state more than once."""
    return site.ask("SELECT thing, now_is, count(*) FROM state_change GROUP BY thing, id, now_is HAVING count(*) > 1")
