package io.millrace.catalog.flink.lineage;

import static org.apache.flink.table.api.Expressions.$;
import static org.apache.flink.table.api.Expressions.lit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.apache.calcite.rel.RelDistributions;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.logical.LogicalExchange;
import org.apache.flink.table.api.Table;
import org.apache.flink.table.api.Tumble;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.table.api.internal.TableEnvironmentInternal;
import org.apache.flink.table.operations.Operation;
import org.apache.flink.table.operations.QueryOperation;
import org.apache.flink.table.planner.operations.PlannerQueryOperation;
import org.junit.jupiter.api.Test;

/**
 * Lineage of what is no SQL text: the Table API, operations, plans with nodes that nobody knows.
 */
class TestLineageOfOperations {
  private final StreamTableEnvironment shop = Shop.open(true);
  private final LineageWalk walk = LineageWalk.in(shop);

  private List<String> lines(Operation operation) {
    return LineageText.lines(walk.ofOperation(operation));
  }

  private Operation parsed(String sql) {
    return ((TableEnvironmentInternal) shop).getParser().parse(sql).get(0);
  }

  @Test
  void aQueryOfTheTableApiHasLineage() {
    Table query =
        shop.from("orders")
            .filter($("amount").isGreater(lit(10)))
            .groupBy($("currency"))
            .select($("currency"), $("customer").max().as("last_customer"));

    assertThat(lines(query.getQueryOperation()))
        .containsExactly(
            "reads orders(amount, currency, customer)",
            "result",
            "  currency = orders.currency identity | orders.amount filter, orders.currency"
                + " group_by",
            "  last_customer = orders.customer aggregation | orders.amount filter,"
                + " orders.currency group_by");
  }

  @Test
  void aGroupWindowOfTheTableApiHasLineage() {
    Table query =
        shop.from("orders")
            .window(Tumble.over(lit(1).hours()).on($("ts")).as("w"))
            .groupBy($("w"), $("currency"))
            .select($("w").start().as("s"), $("amount").sum().as("total"));

    assertThat(lines(query.getQueryOperation()))
        .containsExactly(
            "reads orders(amount, currency, ts)",
            "result",
            "  s = orders.ts transformation | orders.currency group_by, orders.ts window",
            "  total = orders.amount aggregation | orders.currency group_by, orders.ts window");
  }

  @Test
  void anOperationKnowsItsViews() {
    assertThat(lines(parsed("INSERT INTO scratch SELECT id, name FROM named_orders")))
        .contains("view big_orders", "view named_orders")
        .noneMatch(line -> line.startsWith("gap"));
  }

  @Test
  void anOperationWhoseTextIsGoneSaysThatViewsAreMissing() {
    assertThat(
            lines(parsed("UPDATE copies SET name = 'x' WHERE id IN (SELECT id FROM big_orders)")))
        .contains(
            "gap the text of a query is not known: views that it names are missing",
            "  name = | copies.id filter, orders.amount filter, orders.id filter");
  }

  @Test
  void aNodeThatIsNotKnownMayTakeEveryColumnBelowItToEachOfItsColumns() {
    PlannerQueryOperation known =
        (PlannerQueryOperation)
            parsed("SELECT id FROM customers WHERE id IN (SELECT id FROM blocked)");
    RelNode unknown = LogicalExchange.create(known.getCalciteTree(), RelDistributions.SINGLETON);
    QueryOperation query = new PlannerQueryOperation(unknown, () -> "SELECT 1");

    assertThat(lines(query))
        .containsExactly(
            "reads blocked(id, reason, since)",
            "reads customers(country, id, name, ssn)",
            "result",
            "  id = blocked.id transformation, blocked.reason transformation, blocked.since"
                + " transformation, customers.country transformation, customers.id transformation,"
                + " customers.name transformation, customers.ssn transformation | blocked.id"
                + " filter, blocked.reason filter, blocked.since filter, customers.country filter,"
                + " customers.id filter, customers.name filter, customers.ssn filter",
            "gap LogicalExchange: every column below it may be in each of its columns");
  }

  @Test
  void aStatementThatNamesWhatIsNotThereIsRefusedAsThePlannerDoes() {
    assertThatThrownBy(() -> walk.ofStatement("SELECT x FROM nowhere"))
        .isInstanceOf(ValidationException.class)
        .hasMessageContaining("Object 'nowhere' not found");
  }
}
