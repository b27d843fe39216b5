package io.millrace.delta.kernel;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.delta.kernel.data.Row;
import io.delta.kernel.defaults.internal.json.JsonUtils;
import io.delta.kernel.engine.Engine;
import io.delta.kernel.internal.TableConfig;
import io.delta.kernel.internal.actions.DomainMetadata;
import io.delta.kernel.internal.actions.Metadata;
import io.delta.kernel.internal.actions.Protocol;
import io.delta.kernel.internal.actions.SingleAction;
import io.delta.kernel.internal.tablefeatures.TableFeatures;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.kernel.MaintenanceCommit.Statement;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** The log entry of a maintenance operation. */
final class MaintenanceEntry {
  private static final JsonFactory JSON = new ObjectMapper().getFactory();

  private final String table;
  private final TableState base;
  private final MaintenanceCommit change;
  private final long nowMillis;

  /**
   * @param table as people call it
   */
  MaintenanceEntry(String table, TableState base, MaintenanceCommit change, long nowMillis) {
    this.table = table;
    this.base = base;
    this.change = change;
    this.nowMillis = nowMillis;
  }

  /**
   * The entry of the version after the base, {@code commitInfo} first.
   *
   * @throws MillraceException TABLE_UNSUPPORTED if the table cannot take back the state asked for
   */
  byte[] bytes(Engine engine) {
    long timestamp =
        isTimed(base.metadata())
            ? Math.max(nowMillis, base.snapshot().getTimestamp(engine) + 1)
            : nowMillis;
    Metadata metadata = base.metadata();
    List<Row> actions = new ArrayList<>();
    if (change.likeThen().isPresent()) {
      RestoredState restored = new RestoredState(base, change.likeThen().get(), timestamp);
      metadata = restored.metadata();
      Protocol protocol = restored.protocol();
      if (!protocol.equals(base.protocol())) {
        actions.add(SingleAction.createProtocolSingleAction(protocol.toRow()));
      }
      if (!metadata.equals(base.metadata())) {
        actions.add(SingleAction.createMetadataSingleAction(metadata.toRow()));
      }
      for (DomainMetadata domain : restored.domains()) {
        actions.add(SingleAction.createDomainMetadataSingleAction(domain.toRow()));
      }
    }
    if (change.alteration().isPresent()) {
      Metadata altered = change.alteration().get().apply(table, base.metadata());
      TableFeatures.autoUpgradeProtocolBasedOnMetadata(altered, Set.of(), base.protocol())
          .ifPresent(
              upgrade -> actions.add(SingleAction.createProtocolSingleAction(upgrade._1.toRow())));
      actions.add(SingleAction.createMetadataSingleAction(altered.toRow()));
    }
    for (LiveFile file : change.removed()) {
      actions.add(
          SingleAction.createRemoveFileSingleAction(
              file.toRemoveRow(nowMillis, change.dataChange())));
    }
    RowIds ids = new RowIds(base);
    for (LiveFile file : change.added()) {
      LiveFile numbered = ids.assign(file);
      actions.add(SingleAction.createAddFileSingleAction(numbered.toAddRow(change.dataChange())));
    }
    ids.highWaterMark()
        .ifPresent(
            mark -> actions.add(SingleAction.createDomainMetadataSingleAction(mark.toRow())));
    ByteArrayOutputStream following = new ByteArrayOutputStream(4096);
    for (Row action : actions) {
      following.writeBytes(JsonUtils.rowToJson(action).getBytes(StandardCharsets.UTF_8));
      following.write('\n');
    }
    try {
      ChangeActions.write(change.changes(), following);
      ByteArrayOutputStream entry = new ByteArrayOutputStream(following.size() + 2048);
      String info =
          describe(
              isTimed(metadata) ? Optional.of(timestamp) : Optional.empty(),
              EntryChecksum.of(following.toByteArray()));
      entry.writeBytes(info.getBytes(StandardCharsets.UTF_8));
      entry.write('\n');
      following.writeTo(entry);
      return entry.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static boolean isTimed(Metadata metadata) {
    return TableConfig.IN_COMMIT_TIMESTAMPS_ENABLED.fromMetadata(metadata);
  }

  private static void writeTags(JsonGenerator out) throws IOException {
    out.writeObjectFieldStart("tags");
    for (Map.Entry<String, String> tag : TrackingColumns.KEPT.entrySet()) {
      out.writeStringField(tag.getKey(), tag.getValue());
    }
    out.writeEndObject();
  }

  private String describe(Optional<Long> inCommitTimestamp, String checksum) throws IOException {
    StringWriter json = new StringWriter();
    try (JsonGenerator out = JSON.createGenerator(json)) {
      out.writeStartObject();
      out.writeObjectFieldStart("commitInfo");
      if (inCommitTimestamp.isPresent()) {
        out.writeNumberField("inCommitTimestamp", inCommitTimestamp.get());
      }
      out.writeNumberField("timestamp", inCommitTimestamp.orElse(nowMillis));
      out.writeStringField("operation", change.operation());
      out.writeObjectFieldStart("operationParameters");
      for (Map.Entry<String, String> parameter : change.parameters().entrySet()) {
        out.writeFieldName(parameter.getKey());
        out.writeRawValue(parameter.getValue());
      }
      out.writeEndObject();
      out.writeNumberField(
          "readVersion", change.statement().map(Statement::readVersion).orElse(base.version()));
      out.writeStringField(
          "isolationLevel",
          change
              .statement()
              .map(Statement::isolationLevel)
              .orElse(change.dataChange() ? "Serializable" : "SnapshotIsolation"));
      out.writeBooleanField("isBlindAppend", change.changesNothing());
      out.writeObjectFieldStart("operationMetrics");
      for (Map.Entry<String, String> metric : change.metrics().entrySet()) {
        out.writeStringField(metric.getKey(), metric.getValue());
      }
      out.writeEndObject();
      if (TrackingColumns.areKept(base.protocol(), base.metadata())) {
        writeTags(out);
      }
      out.writeStringField("engineInfo", Millrace.ENGINE_INFO);
      out.writeStringField(
          "txnId",
          change
              .statement()
              .map(Statement::transactionId)
              .orElseGet(() -> UUID.randomUUID().toString()));
      out.writeStringField(EntryChecksum.FIELD, checksum);
      out.writeEndObject();
      out.writeEndObject();
    }
    return json.toString();
  }
}
