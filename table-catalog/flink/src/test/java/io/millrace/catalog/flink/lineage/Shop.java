package io.millrace.catalog.flink.lineage;

import java.util.List;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;

/** The tables that statements of tests are about, in {@code main.shop}. */
final class Shop {
  static final String PREFIX = "main.shop.";

  private static final List<String> TABLES =
      List.of(
          """
          CREATE TABLE orders (
            id BIGINT, customer BIGINT, amount INT, currency STRING, ts TIMESTAMP(3),
            WATERMARK FOR ts AS ts - INTERVAL '5' SECOND
          )""",
          "CREATE TABLE customers (id BIGINT, name STRING, country STRING, ssn STRING)",
          "CREATE TABLE blocked (id BIGINT, since INT, reason STRING)",
          """
          CREATE TABLE rates (
            currency STRING, rate INT, valid TIMESTAMP(3), WATERMARK FOR valid AS valid,
            PRIMARY KEY (currency) NOT ENFORCED
          )""",
          """
          CREATE TABLE events (
            k STRING, payload ROW<`user` ROW<id BIGINT, name STRING>, kind STRING>,
            tags ARRAY<STRING>, attrs MAP<STRING, STRING>, items ARRAY<ROW<sku STRING, qty INT>>
          )""",
          """
          CREATE TABLE clicks (
            url STRING, n INT, twice AS n * 2, off BIGINT METADATA FROM 'offset' VIRTUAL,
            `at` TIMESTAMP_LTZ(3) METADATA FROM 'timestamp' VIRTUAL, label AS url || 'x',
            seen TIMESTAMP(3), mark TIMESTAMP(3),
            WATERMARK FOR seen AS mark - INTERVAL '1' SECOND
          )""",
          "CREATE TABLE documents (id BIGINT, title STRING, embedding ARRAY<FLOAT>)",
          "CREATE TABLE questions (id BIGINT, e ARRAY<FLOAT>)",
          "CREATE TABLE totals (currency STRING, total BIGINT, PRIMARY KEY (currency) NOT ENFORCED)",
          "CREATE TABLE copies (id BIGINT, name STRING, note STRING)",
          "CREATE TABLE parts (id BIGINT, name STRING, region STRING) PARTITIONED BY (region)");

  private static final List<String> OTHERS =
      List.of(
          "CREATE TABLE logs (id BIGINT, line STRING, level INT)"
              + " WITH ('connector' = 'rows', 'delete-by-filters' = 'true')",
          "CREATE VIEW big_orders AS SELECT id, customer, amount FROM orders WHERE amount > 100",
          "CREATE VIEW named_orders (id, name, amount) AS"
              + " SELECT o.id, UPPER(c.name), o.amount"
              + " FROM big_orders AS o JOIN customers AS c ON o.customer = c.id",
          "CREATE TEMPORARY VIEW germans AS SELECT id, name FROM customers WHERE country = 'DE'",
          "CREATE TEMPORARY TABLE scratch (id BIGINT, name STRING) WITH ('connector' = 'rows')",
          "CREATE MODEL mood INPUT (line STRING) OUTPUT (verdict STRING)"
              + " WITH ('provider' = 'fixed')",
          "CREATE FUNCTION shout AS '" + TestFunctions.Shout.class.getName() + "'",
          "CREATE FUNCTION words AS '" + TestFunctions.Words.class.getName() + "'",
          "CREATE TEMPORARY FUNCTION total AS '" + TestFunctions.Total.class.getName() + "'",
          "CREATE TEMPORARY SYSTEM FUNCTION anything AS '"
              + TestFunctions.Anything.class.getName()
              + "'");

  private Shop() {}

  static StreamTableEnvironment open(boolean streaming) {
    StreamTableEnvironment shop = empty(streaming);
    for (String table : TABLES) {
      shop.executeSql(table + " WITH ('connector' = 'rows')");
    }
    OTHERS.forEach(shop::executeSql);
    return shop;
  }

  static StreamTableEnvironment empty(boolean streaming) {
    Configuration one = new Configuration();
    one.set(CoreOptions.DEFAULT_PARALLELISM, 1);
    EnvironmentSettings.Builder settings =
        EnvironmentSettings.newInstance()
            .withBuiltInCatalogName("main")
            .withBuiltInDatabaseName("shop");
    return StreamTableEnvironment.create(
        StreamExecutionEnvironment.getExecutionEnvironment(one),
        (streaming ? settings.inStreamingMode() : settings.inBatchMode()).build());
  }
}
