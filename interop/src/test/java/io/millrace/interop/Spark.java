package io.millrace.interop;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import scala.jdk.javaapi.CollectionConverters;

/** delta-spark, in one session for all tests, which ends with this process. */
final class Spark {
  private static final class Holder {
    static final SparkSession INSTANCE = start();
  }

  private Spark() {}

  static SparkSession session() {
    return Holder.INSTANCE;
  }

  private static SparkSession start() {
    return SparkSession.builder()
        .master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.datetime.java8API.enabled", "true")
        .config("spark.sql.extensions", "io.delta.sql.DeltaSparkSessionExtension")
        .config(
            "spark.sql.catalog.spark_catalog", "org.apache.spark.sql.delta.catalog.DeltaCatalog")
        .config("spark.sql.warehouse.dir", "target/spark-warehouse")
        // Tables of a few rows: everything in one task, and no code is made for it.
        .config("spark.sql.adaptive.enabled", "false")
        .config("spark.sql.codegen.wholeStage", "false")
        .config("spark.sql.codegen.factoryMode", "NO_CODEGEN")
        .config("spark.sql.shuffle.partitions", "1")
        .config("spark.databricks.delta.snapshotPartitions", "1")
        .config("spark.default.parallelism", "1")
        .config("spark.sql.sources.parallelPartitionDiscovery.parallelism", "1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .getOrCreate();
  }

  /** Runs a query; its rows as {@link RowText} has them, sorted. */
  static List<String> rows(String query) {
    return rows(session().sql(query));
  }

  static List<String> rows(Dataset<Row> found) {
    List<String> rows = new ArrayList<>();
    found.collectAsList().forEach(row -> rows.add(RowText.of(plain(row))));
    rows.sort(null);
    return rows;
  }

  private static Object plain(Object value) {
    if (value instanceof Row row) {
      Object[] fields = new Object[row.size()];
      for (int i = 0; i < fields.length; i++) {
        fields[i] = plain(row.get(i));
      }
      return fields;
    } else if (value instanceof scala.collection.Map<?, ?> map) {
      Map<Object, Object> plain = new LinkedHashMap<>();
      CollectionConverters.asJava(map).forEach((key, item) -> plain.put(plain(key), plain(item)));
      return plain;
    } else if (value instanceof scala.collection.Seq<?> array) {
      List<Object> plain = new ArrayList<>();
      CollectionConverters.asJava(array).forEach(item -> plain.add(plain(item)));
      return plain;
    }
    return value;
  }
}
