package io.millrace.catalog.flink;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.util.List;
import org.apache.flink.table.catalog.AbstractCatalog;
import org.apache.flink.table.catalog.CatalogFunction;
import org.apache.flink.table.catalog.CatalogModel;
import org.apache.flink.table.catalog.CatalogPartition;
import org.apache.flink.table.catalog.CatalogPartitionSpec;
import org.apache.flink.table.catalog.ModelChange;
import org.apache.flink.table.catalog.ObjectPath;
import org.apache.flink.table.catalog.stats.CatalogColumnStatistics;
import org.apache.flink.table.catalog.stats.CatalogTableStatistics;
import org.apache.flink.table.expressions.Expression;

/** What cannot be changed through Flink, whatever the server: refused by name. */
abstract class FixedCatalog extends AbstractCatalog {
  FixedCatalog(String name, String defaultDatabase) {
    super(name, defaultDatabase);
  }

  static MillraceException unsupported(String problem, String remedy) {
    return new MillraceException(ErrorCode.SQL_UNSUPPORTED, problem, remedy);
  }

  // ---- functions and models ------------------------------------------------------------------

  @Override
  public void createFunction(ObjectPath path, CatalogFunction function, boolean ignoreIfExists) {
    throw unsupported(
        "function %s is to be a class, and the catalog keeps functions written in SQL"
            .formatted(path),
        "create a temporary function, or create a SQL function through the catalog's REST API");
  }

  @Override
  public void alterFunction(ObjectPath path, CatalogFunction function, boolean ignoreIfNotExists) {
    throw unsupported(
        "function %s cannot be altered".formatted(path), "drop it and create another one");
  }

  @Override
  public void createModel(ObjectPath path, CatalogModel model, boolean ignoreIfExists) {
    throw unsupported(
        "model %s is to have input and output columns and options, which Unity Catalog has not"
            .formatted(path),
        "create a temporary model, or register one through the catalog's REST API");
  }

  @Override
  public void alterModel(ObjectPath path, CatalogModel model, boolean ignoreIfNotExists) {
    throw modelsStay(path);
  }

  @Override
  public void alterModel(
      ObjectPath path, CatalogModel model, List<ModelChange> changes, boolean ignoreIfNotExists) {
    throw modelsStay(path);
  }

  private static MillraceException modelsStay(ObjectPath model) {
    return unsupported(
        "model %s has no options to alter in Unity Catalog".formatted(model),
        "change it through the catalog's REST API");
  }

  // ---- partitions ----------------------------------------------------------------------------

  @Override
  public List<CatalogPartitionSpec> listPartitionsByFilter(
      ObjectPath table, List<Expression> filters) {
    // What Flink takes as a sign to list them all and filter by itself.
    throw new UnsupportedOperationException("partitions are not filtered here");
  }

  @Override
  public void createPartition(
      ObjectPath table,
      CatalogPartitionSpec spec,
      CatalogPartition partition,
      boolean ignoreIfExists) {
    throw unsupported(
        "partition %s of table %s cannot be created".formatted(spec.getPartitionSpec(), table),
        "insert rows: a partition is there when it has some");
  }

  @Override
  public void dropPartition(
      ObjectPath table, CatalogPartitionSpec spec, boolean ignoreIfNotExists) {
    throw unsupported(
        "partition %s of table %s cannot be dropped".formatted(spec.getPartitionSpec(), table),
        "delete its rows");
  }

  @Override
  public void alterPartition(
      ObjectPath table,
      CatalogPartitionSpec spec,
      CatalogPartition partition,
      boolean ignoreIfNotExists) {
    throw unsupported(
        "partition %s of table %s cannot be altered".formatted(spec.getPartitionSpec(), table),
        "insert into it, or delete its rows");
  }

  // ---- statistics ----------------------------------------------------------------------------

  @Override
  public CatalogTableStatistics getPartitionStatistics(
      ObjectPath table, CatalogPartitionSpec spec) {
    return CatalogTableStatistics.UNKNOWN;
  }

  @Override
  public CatalogColumnStatistics getPartitionColumnStatistics(
      ObjectPath table, CatalogPartitionSpec spec) {
    return CatalogColumnStatistics.UNKNOWN;
  }

  @Override
  public void alterTableStatistics(
      ObjectPath table, CatalogTableStatistics statistics, boolean ignoreIfNotExists) {
    throw statisticsAreTheLogs(table);
  }

  @Override
  public void alterTableColumnStatistics(
      ObjectPath table, CatalogColumnStatistics statistics, boolean ignoreIfNotExists) {
    throw statisticsAreTheLogs(table);
  }

  @Override
  public void alterPartitionStatistics(
      ObjectPath table,
      CatalogPartitionSpec spec,
      CatalogTableStatistics statistics,
      boolean ignoreIfNotExists) {
    throw statisticsAreTheLogs(table);
  }

  @Override
  public void alterPartitionColumnStatistics(
      ObjectPath table,
      CatalogPartitionSpec spec,
      CatalogColumnStatistics statistics,
      boolean ignoreIfNotExists) {
    throw statisticsAreTheLogs(table);
  }

  private static MillraceException statisticsAreTheLogs(ObjectPath table) {
    return unsupported(
        "statistics of table %s cannot be set: they are those of its files".formatted(table),
        "leave ANALYZE TABLE out");
  }
}
