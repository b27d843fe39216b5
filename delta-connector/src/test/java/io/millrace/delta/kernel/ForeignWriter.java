package io.millrace.delta.kernel;

import io.delta.kernel.Operation;
import io.delta.kernel.Snapshot;
import io.delta.kernel.TableManager;
import io.delta.kernel.Transaction;
import io.delta.kernel.data.Row;
import io.delta.kernel.defaults.engine.DefaultEngine;
import io.delta.kernel.engine.Engine;
import io.delta.kernel.internal.actions.SingleAction;
import io.delta.kernel.internal.util.Utils;
import io.delta.kernel.utils.CloseableIterable;
import io.millrace.delta.DataFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.table.types.logical.RowType;

/** Another writer of a table: plain Kernel transactions, with nothing of our committer in them. */
public final class ForeignWriter {
  private final Engine engine = DefaultEngine.create(new FlinkFileIO());
  private final Path table;

  public ForeignWriter(Path table) {
    this.table = table;
  }

  private Snapshot latest() {
    return TableManager.loadSnapshot(table.toString()).build(engine);
  }

  public long latestVersion() {
    return latest().getVersion();
  }

  /** What a domain of the table's metadata says. */
  public Optional<String> domain(String name) {
    return latest().getDomainMetadata(name);
  }

  public void append(DataFile file) {
    beginAppend(file).run();
  }

  /** A transaction that has read the table; running it commits. */
  public Runnable beginAppend(DataFile file) {
    Transaction transaction = begin();
    return () -> transaction.commit(engine, actions(List.of(add(file))));
  }

  public void setProperty(String key, String value) {
    latest()
        .buildUpdateTableTransaction("foreign", Operation.MANUAL_UPDATE)
        .withTablePropertiesAdded(Map.of(key, value))
        .build(engine)
        .commit(engine, CloseableIterable.emptyIterable());
  }

  /** Replaces files by one that holds their rows. */
  public void rewrite(List<String> files, DataFile by) {
    List<Row> rows = new ArrayList<>();
    TableLog.forEachFile(
        engine,
        latest(),
        file -> {
          if (files.contains(file.path())) {
            rows.add(SingleAction.createRemoveFileSingleAction(file.toRemoveRow(1)));
          }
        });
    rows.add(add(by));
    begin().commit(engine, actions(rows));
  }

  /** Changes the schema whatever it was, as Kernel itself would not without column mapping. */
  public void replaceSchema(RowType rowType) {
    Path log = table.resolve("_delta_log");
    try {
      String metadata =
          Files.readAllLines(log.resolve("%020d.json".formatted(0))).stream()
              .filter(line -> line.contains("\"metaData\""))
              .findFirst()
              .orElseThrow();
      String schema =
          io.delta.kernel.internal.types.DataTypeJsonSerDe.serializeDataType(
              DeltaTypes.toDelta(rowType));
      var json = new com.fasterxml.jackson.databind.ObjectMapper().readTree(metadata);
      ((com.fasterxml.jackson.databind.node.ObjectNode) json.path("metaData"))
          .put("schemaString", schema);
      Files.write(
          log.resolve("%020d.json".formatted(latestVersion() + 1)),
          (json + "\n").getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Transaction begin() {
    return latest().buildUpdateTableTransaction("foreign", Operation.MANUAL_UPDATE).build(engine);
  }

  private static Row add(DataFile file) {
    return SingleAction.createAddFileSingleAction(
        LiveFile.of(file.path(), file.sizeBytes(), file.modifiedMillis(), file.stats()).toAddRow());
  }

  private static CloseableIterable<Row> actions(List<Row> rows) {
    return CloseableIterable.inMemoryIterable(Utils.toCloseableIterator(rows.iterator()));
  }
}
