"""Reading rows by prepared statements: the same rows as the query's, on any connection, after any failure."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import DataError, InternalError, OperationalError, connection, transaction

from lims.documents.paper.reading import RowReader, read_together
from lims.models import Protocol, Specimen
from tests import factories

NAMES = ("pk", "animal", "kind", "veterinarian__clinic")


def reader(**filters) -> RowReader:
    return RowReader(lambda pk: Protocol.objects.filter(pk=pk, **filters).values(*NAMES))


@pytest.fixture
def protocol(bruno) -> Protocol:
    return factories.ready_protocol(bruno.veterinarian, specimens=3)


def statements_known(sql: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s", [f"%{sql}%"])
        return cursor.fetchone()[0]


def test_rows_are_those_of_the_query(protocol):
    asked = Protocol.objects.filter(pk=protocol.pk).values(*NAMES)
    for _ in range(7):
        assert reader().read(protocol.pk) == asked.get()
    assert reader().read(protocol.pk + 1) is None


@pytest.mark.parametrize("text", ["100 %", "%s", "it's", '"', "\\", "$1", "ñ; SELECT 1", "é{}"])
def test_any_text_in_the_query_stands_for_itself(protocol, text):
    Protocol.objects.update(animal=text)
    assert reader(animal=text).read(protocol.pk)["animal"] == text
    assert reader(animal=f"{text}x").read(protocol.pk) is None


def test_each_key_has_its_place_and_one_may_be_of_no_use(protocol):
    vet = protocol.veterinarian_id
    both = RowReader(lambda pk, by: Protocol.objects.filter(veterinarian=by, pk=pk).values("pk"), keys=2)
    unused = RowReader(lambda pk, by: Protocol.objects.filter(pk=pk).values("pk"), keys=2)
    assert both.read(protocol.pk, vet) == {"pk": protocol.pk}
    assert both.read(protocol.pk, vet + 1) is None
    assert unused.read(protocol.pk, vet + 1) == {"pk": protocol.pk}


@pytest.mark.parametrize("pk", [2**31, 2**63 - 1, 2**63, 10**30])
def test_a_number_that_no_row_can_have_finds_none(protocol, pk):
    assert reader().read(pk) is None


def test_what_may_see_nothing_finds_none(protocol):
    assert RowReader(lambda pk: Protocol.objects.none().filter(pk=pk).values("pk")).read(protocol.pk) is None


def test_several_are_read_by_one_exchange_each_by_its_name(protocol, django_assert_num_queries):
    specimens = RowReader(
        lambda pk: Specimen.objects.filter(protocol=pk).order_by("-pk").values("pk", "label")
    )
    with django_assert_num_queries(1):
        rows = read_together(
            one=(reader(), protocol.pk), other=(reader(), protocol.pk + 1), many=(specimens, protocol.pk)
        )
    assert [row["pk"] for row in rows["one"]] == [protocol.pk]
    assert rows["other"] == []
    assert rows["many"] == list(protocol.specimens.order_by("-pk").values("pk", "label"))


def test_a_connection_prepares_a_statement_once(protocol):
    read = reader(animal="Una vez")
    for _ in range(3):
        read.read(protocol.pk)
        reader(animal="Una vez").read(protocol.pk)
    assert statements_known("Una vez") == 1


def test_what_was_prepared_in_a_transaction_that_failed_is_of_use_afterwards(protocol):
    read = reader(kind=protocol.kind)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        assert read.read(protocol.pk)
        raise ZeroDivisionError
    assert read.read(protocol.pk)


def test_a_statement_that_could_not_be_prepared_is_prepared_the_next_time(protocol):
    read = reader(animal="Tarde")
    with transaction.atomic(), connection.cursor() as cursor:
        with pytest.raises(DataError):
            cursor.execute("SELECT 1 / 0")
        with pytest.raises(InternalError):
            read.read(protocol.pk)
        transaction.set_rollback(True)
    assert read.read(protocol.pk) is None


def test_a_reader_that_was_interrupted_before_it_asked_can_ask_again(protocol):
    def interrupt(*_args) -> None:
        raise KeyboardInterrupt

    read = reader(kind=protocol.kind, animal=protocol.animal)
    with connection.execute_wrapper(interrupt), pytest.raises(KeyboardInterrupt):
        read.read(protocol.pk)
    assert read.read(protocol.pk)


@pytest.mark.django_db(transaction=True)
def test_a_message_that_failed_after_it_had_prepared_is_sent_again_on_the_same_connection(protocol):
    locking = RowReader(lambda pk: Protocol.objects.filter(pk=pk).values("pk"), locks=(Protocol,))

    def impatient() -> str:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '50ms'")
                return "read" if locking.read(protocol.pk) else "not found"
        except OperationalError:
            return "refused"

    with ThreadPoolExecutor(1) as other:
        with transaction.atomic():
            locking.read(protocol.pk)
            answers = [other.submit(impatient).result() for _ in range(2)]
        answers += [other.submit(impatient).result() for _ in range(2)]
        other.submit(lambda: connection.close()).result()
    assert answers == ["refused", "refused", "read", "read"]
