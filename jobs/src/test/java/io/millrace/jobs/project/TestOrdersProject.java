package io.millrace.jobs.project;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.jobs.language.Dataset;
import io.millrace.jobs.language.ExpectationClause.Action;
import io.millrace.jobs.language.SourceFunction.ReadKafka;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.calcite.sql.SqlBasicCall;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlSelect;
import org.junit.jupiter.api.Test;

/** The benchmark's pipeline as the language sees it. */
class TestOrdersProject {
  private static final Path FOLDER = Path.of(System.getProperty("millrace.home"), "sql", "orders");

  private final PipelineGraph graph =
      PipelineGraph.of(
          Project.load(FOLDER, Map.of("bootstrap", "localhost:9092", "topic", "shop.orders")));

  @Test
  void isOneTreeFromTheTopicToGold() {
    assertThat(graph.toText())
        .isEqualTo(
            """
            orders
            read_kafka(shop.orders)
            └─ bronze                               streaming table
               └─ orders_json                       temporary view · refused rows to quarantine
                  └─ orders_valid                   temporary view · 2 expectations
                     └─ silver                      streaming table
                        ├─ gold_1                   materialized view
                        └─ gold_2                   materialized view
            """);
  }

  @Test
  void readsItsTopicUnderAStableName() {
    assertThat(graph.sources())
        .isEqualTo(
            Map.of(
                "read_kafka_shop_orders",
                new ReadKafka("localhost:9092", "shop.orders", Map.of())));
    assertThat(graph.dataset("bronze").query().flinkSql())
        .endsWith("AS kafka_ts\nFROM `read_kafka_shop_orders`");
    assertThat(graph.dataset("bronze").query().text())
        .endsWith("read_kafka(bootstrapServers => '${bootstrap}', subscribe => '${topic}')");
  }

  @Test
  void dropsWhatHasNoIdOrNoAmount() {
    assertThat(graph.dataset("orders_valid").expectations())
        .extracting(e -> e.name() + ": " + e.expressionText() + " " + e.action())
        .containsExactly(
            "has_order_id: order_id IS NOT NULL " + Action.DROP,
            "positive_amount: amount > 0 " + Action.DROP);
  }

  @Test
  void saysWhatDependsOnWhat() {
    assertThat(graph.ancestors("silver"))
        .extracting(Dataset::name)
        .containsExactly("bronze", "orders_json", "orders_valid");
    assertThat(graph.descendants("orders_valid"))
        .extracting(Dataset::name)
        .containsExactly("silver", "gold_1", "gold_2");
    assertThat(graph.upstream("gold_1")).extracting(Dataset::name).containsExactly("silver");
    assertThat(graph.downstream("silver"))
        .extracting(Dataset::name)
        .containsExactly("gold_1", "gold_2");
  }

  @Test
  void itsSchemaCanBeReadFromTheQuery() {
    Dataset json = graph.dataset("orders_json");
    SqlNode item = ((SqlSelect) json.query().parse()).getSelectList().get(0);
    SqlNode call = ((SqlBasicCall) item).operand(0);
    SqlLiteral schema = ((SqlBasicCall) call).operand(1);

    assertThat(json.query().body().schemaIn(schema).getFieldNames())
        .isEqualTo(
            List.of(
                "order_id",
                "customer_id",
                "product_id",
                "region",
                "currency",
                "amount",
                "status",
                "channel",
                "ts",
                "note"));
  }

  @Test
  void asJsonItHoldsNoValueOfAVariable() {
    assertThat(graph.toJson(Map.of()))
        .contains("\"pipeline\" : \"orders\"", "\"onViolation\" : \"drop\"")
        .doesNotContain("localhost:9092");
  }
}
