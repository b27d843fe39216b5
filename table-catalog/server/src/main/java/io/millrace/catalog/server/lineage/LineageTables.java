package io.millrace.catalog.server.lineage;

import io.millrace.catalog.server.store.Columns;
import io.millrace.catalog.server.store.MetadataStore;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;

/** Lineage in the tables of the database, within one transaction. */
final class LineageTables {
  private static final int BATCH_ROWS = 1000;

  private final Handle handle;

  /** A few thousand names are told by a million rows. */
  private final Map<String, String> texts = new HashMap<>();

  LineageTables(Handle handle) {
    this.handle = handle;
  }

  /**
   * How far the tables are.
   *
   * @param version number of the last change
   * @param prunings how often old rows were deleted
   */
  record Head(long version, long prunings) {}

  /** As {@link #head}; nobody else changes anything until the transaction ends. */
  Head lock() {
    return head(" <for_update>");
  }

  Head head() {
    return head("");
  }

  private Head head(String locking) {
    return handle
        .createQuery("SELECT version, prunings FROM lineage_version WHERE id = 1" + locking)
        .map((row, context) -> new Head(row.getLong(1), row.getLong(2)))
        .one();
  }

  /** What names of hidden nodes are made with; made by whoever comes first. */
  String secret(String fresh) {
    handle.execute("UPDATE lineage_version SET secret = ? WHERE id = 1 AND secret IS NULL", fresh);
    return handle
        .createQuery("SELECT secret FROM lineage_version WHERE id = 1")
        .mapTo(String.class)
        .one();
  }

  /** All that changed after a version. */
  LineageRows changedAfter(long version) {
    return new LineageRows(
        list(
            "SELECT id, securable, namespace, name FROM lineage_dataset WHERE changed > ?",
            version,
            (row, context) -> dataset(row)),
        list(
            "SELECT id, namespace, name, kind, streaming, reporter FROM lineage_job"
                + " WHERE changed > ?",
            version,
            (row, context) ->
                new LineageJob(
                    Columns.id(row, 1),
                    text(row, 2),
                    text(row, 3),
                    LineageJob.Kind.valueOf(row.getString(4)),
                    row.getBoolean(5),
                    Columns.id(row, 6))),
        list(
            "SELECT id, job, external_id, statement, state, started_at, updated_at, ended_at, epoch"
                + " FROM lineage_run WHERE changed > ?",
            version,
            (row, context) -> run(row)),
        list(
            "SELECT run, dataset, first_version, last_version FROM lineage_output"
                + " WHERE changed > ?",
            version,
            (row, context) ->
                new LineageOutput(
                    Columns.id(row, 1), Columns.id(row, 2), row.getLong(3), row.getLong(4))),
        list(
            "SELECT id, job, source, source_column, target, target_column, kind, subtype,"
                + " description, masking, run, first_seen, last_seen, ended_at FROM lineage_edge"
                + " WHERE changed > ?",
            version,
            (row, context) -> edge(row)));
  }

  private <T> List<T> list(String sql, long version, RowMapper<T> mapper) {
    return handle.createQuery(sql).bind(0, version).map(mapper).list();
  }

  private String text(ResultSet row, int column) throws SQLException {
    String text = row.getString(column);
    return texts.computeIfAbsent(text, known -> known);
  }

  private static LineageDataset dataset(ResultSet row) throws SQLException {
    UUID id = Columns.id(row, 1);
    Optional<UUID> securable = Columns.idIfAny(row, 2);
    String name = row.getString(4);
    return securable.isPresent()
        ? new LineageDataset(id, new DatasetRef.Cataloged(securable.get()), name)
        : new LineageDataset(id, new DatasetRef.Outside(row.getString(3), name), "");
  }

  private static LineageRun run(ResultSet row) throws SQLException {
    long epoch = row.getLong(9);
    Optional<Long> told = row.wasNull() ? Optional.empty() : Optional.of(epoch);
    return new LineageRun(
        Columns.id(row, 1),
        Columns.id(row, 2),
        Columns.id(row, 3),
        row.getString(4),
        LineageRun.State.valueOf(row.getString(5)),
        Columns.time(row, 6),
        Columns.time(row, 7),
        Columns.timeIfAny(row, 8),
        told);
  }

  private LineageEdge edge(ResultSet row) throws SQLException {
    return new LineageEdge(
        Columns.id(row, 1),
        new LineageEdge.Key(
            Columns.id(row, 2),
            Columns.id(row, 3),
            text(row, 4),
            Columns.idIfAny(row, 5),
            text(row, 6),
            Transformation.Kind.valueOf(row.getString(7)),
            text(row, 8)),
        text(row, 9),
        row.getBoolean(10),
        Columns.idIfAny(row, 11),
        Columns.time(row, 12),
        Columns.time(row, 13),
        Columns.timeIfAny(row, 14));
  }

  /**
   * Writes rows with the number of their change.
   *
   * @param known which are there already, by the graph before
   */
  void write(LineageRows rows, LineageGraph known, long version) {
    write(
        "lineage_dataset",
        List.of("securable", "namespace", "name"),
        List.of("id"),
        rows.datasets(),
        each -> known.dataset(each.id()).isPresent(),
        (each, values) -> {
          boolean cataloged = each.ref() instanceof DatasetRef.Cataloged;
          values.add(cataloged ? each.id() : null);
          values.add(each.ref() instanceof DatasetRef.Outside out ? out.namespace() : "");
          values.add(each.ref() instanceof DatasetRef.Outside out ? out.name() : each.lastName());
          values.add(version);
          values.add(each.id());
        });
    write(
        "lineage_job",
        List.of("namespace", "name", "kind", "streaming", "reporter"),
        List.of("id"),
        rows.jobs(),
        each -> known.job(each.id()).isPresent(),
        (each, values) -> {
          values.add(each.namespace());
          values.add(each.name());
          values.add(each.kind().name());
          values.add(each.streaming());
          values.add(each.reporter());
          values.add(version);
          values.add(each.id());
        });
    write(
        "lineage_run",
        List.of(
            "job",
            "external_id",
            "statement",
            "state",
            "started_at",
            "updated_at",
            "ended_at",
            "epoch"),
        List.of("id"),
        rows.runs(),
        each -> known.run(each.id()).isPresent(),
        (each, values) -> {
          values.add(each.job());
          values.add(each.externalId());
          values.add(each.statement());
          values.add(each.state().name());
          values.add(MetadataStore.time(each.started()));
          values.add(MetadataStore.time(each.updated()));
          values.add(each.ended().map(MetadataStore::time).orElse(null));
          values.add(each.epoch().orElse(null));
          values.add(version);
          values.add(each.id());
        });
    write(
        "lineage_output",
        List.of("first_version", "last_version"),
        List.of("run", "dataset"),
        rows.outputs(),
        each -> known.output(each.run(), each.dataset()).isPresent(),
        (each, values) -> {
          values.add(each.firstVersion());
          values.add(each.lastVersion());
          values.add(version);
          values.add(each.run());
          values.add(each.dataset());
        });
    write(
        "lineage_edge",
        List.of(
            "job",
            "source",
            "source_column",
            "target",
            "target_column",
            "kind",
            "subtype",
            "description",
            "masking",
            "run",
            "first_seen",
            "last_seen",
            "ended_at"),
        List.of("id"),
        rows.edges(),
        each -> known.edge(each.id()).isPresent(),
        (each, values) -> {
          LineageEdge.Key key = each.key();
          values.add(key.job());
          values.add(key.source());
          values.add(key.sourceColumn());
          values.add(key.target().orElse(null));
          values.add(key.targetColumn());
          values.add(key.kind().name());
          values.add(key.subtype());
          values.add(each.description());
          values.add(each.masking());
          values.add(each.run().orElse(null));
          values.add(MetadataStore.time(each.firstSeen()));
          values.add(MetadataStore.time(each.lastSeen()));
          values.add(each.ended().map(MetadataStore::time).orElse(null));
          values.add(version);
          values.add(each.id());
        });
    handle.execute("UPDATE lineage_version SET version = ? WHERE id = 1", version);
  }

  private <T> void write(
      String table,
      List<String> columns,
      List<String> keys,
      Collection<T> rows,
      Predicate<T> isKnown,
      BiConsumer<T, List<@Nullable Object>> values) {
    List<String> all = new ArrayList<>(columns);
    all.add("changed");
    String update =
        "UPDATE %s SET %s = ? WHERE %s = ?"
            .formatted(table, String.join(" = ?, ", all), String.join(" = ? AND ", keys));
    all.addAll(keys);
    String insert =
        "INSERT INTO %s (%s) VALUES (%s)"
            .formatted(
                table,
                String.join(", ", all),
                String.join(", ", java.util.Collections.nCopies(all.size(), "?")));
    List<T> missing = rows.stream().filter(isKnown.negate()).toList();
    execute(update, rows.stream().filter(isKnown).toList(), values);
    execute(insert, missing, values);
  }

  private <T> void execute(String sql, List<T> rows, BiConsumer<T, List<@Nullable Object>> values) {
    for (int from = 0; from < rows.size(); from += BATCH_ROWS) {
      try (PreparedBatch batch = handle.prepareBatch(sql)) {
        for (T row : rows.subList(from, Math.min(rows.size(), from + BATCH_ROWS))) {
          List<@Nullable Object> bound = new ArrayList<>();
          values.accept(row, bound);
          batch.add(bound.toArray());
        }
        batch.execute();
      }
    }
  }

  void delete(LineageGraph.Old old) {
    handle.execute("UPDATE lineage_version SET prunings = prunings + 1 WHERE id = 1");
    delete("DELETE FROM lineage_edge WHERE id = ?", old.edges());
    delete("DELETE FROM lineage_output WHERE run = ?", old.runs());
    delete("DELETE FROM lineage_output WHERE dataset = ?", old.datasets());
    delete("DELETE FROM lineage_run WHERE id = ?", old.runs());
    delete("DELETE FROM lineage_job WHERE id = ?", old.jobs());
    delete("DELETE FROM lineage_dataset WHERE id = ?", old.datasets());
  }

  private void delete(String sql, Set<UUID> ids) {
    execute(sql, List.copyOf(ids), (id, values) -> values.add(id));
  }
}
