package io.millrace.delta.sink;

import io.millrace.delta.DataFile;
import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.kernel.ExampleFiles;
import io.millrace.delta.kernel.KernelTableReader;
import io.millrace.delta.log.CommitStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/** A table of (id, name) and what a sink of it would commit. */
final class CommitterFixture {
  static final String SINK = "pipeline/orders";

  private CommitterFixture() {}

  static DeltaTableSpec appends(Path table) {
    return new DeltaTableSpec(
        "orders", table.toString(), SINK, ExampleFiles.ROW_TYPE, List.of(), Map.of());
  }

  static DeltaTableSpec upserts(Path table) {
    return new DeltaTableSpec(
        "orders", table.toString(), SINK, ExampleFiles.ROW_TYPE, List.of("id"), Map.of());
  }

  static DeltaTableSpec with(DeltaTableSpec spec, Map<String, String> properties) {
    Map<String, String> all = new TreeMap<>(spec.properties());
    all.putAll(properties);
    return new DeltaTableSpec(
        spec.name(), spec.path(), spec.sinkId(), spec.rowType(), spec.primaryKey(), all);
  }

  static TableCommittable adds(String epoch, long checkpoint, long sequence, DataFile... files) {
    return new TableCommittable(
        "orders", epoch, checkpoint, sequence, List.of(files), List.of(), Map.of());
  }

  static TableCommittable change(
      String epoch,
      long checkpoint,
      long sequence,
      List<DataFile> files,
      List<SupersededRows> superseded) {
    return new TableCommittable(
        "orders", epoch, checkpoint, sequence, files, superseded, Map.of("watermark", "42"));
  }

  static SupersededRows rows(String path, long... positions) {
    return new SupersededRows(path, positions);
  }

  /** The ids in a table, sorted. */
  static List<Long> ids(Path table) {
    return ids(KernelTableReader.open(table.toString()));
  }

  static List<Long> ids(KernelTableReader reader) {
    List<Long> ids = new ArrayList<>();
    try (var rows = reader.rows(List.of("id"), OptionalLong.empty())) {
      rows.forEachRemaining(row -> ids.add((Long) row[0]));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    ids.sort(null);
    return ids;
  }

  /** A store that passes on to another; subclasses break it. */
  abstract static class Forwarding implements CommitStore {
    final CommitStore real;

    Forwarding(CommitStore real) {
      this.real = real;
    }

    @Override
    public boolean putIfAbsent(long version, byte[] entry) throws IOException {
      return real.putIfAbsent(version, entry);
    }

    @Override
    public java.util.Optional<byte[]> read(long version) throws IOException {
      return real.read(version);
    }
  }
}
