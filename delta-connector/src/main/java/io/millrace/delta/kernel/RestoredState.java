package io.millrace.delta.kernel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.delta.kernel.internal.TableConfig;
import io.delta.kernel.internal.actions.DomainMetadata;
import io.delta.kernel.internal.actions.Metadata;
import io.delta.kernel.internal.actions.Protocol;
import io.delta.kernel.internal.rowtracking.RowTrackingMetadataDomain;
import io.delta.kernel.internal.tablefeatures.TableFeatures;
import io.delta.kernel.internal.util.ColumnMapping;
import io.delta.kernel.internal.util.VectorUtils;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a table becomes that takes back an earlier state: as it was, but for what must never go
 * back. Features stay, as the versions in between need them; so do the marks above which ids are
 * handed out: column ids, row ids, values of identity columns.
 */
final class RestoredState {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String HIGH_WATER_MARK = "delta.identity.highWaterMark";
  private static final String STEP = "delta.identity.step";

  private final TableState now;
  private final TableState then;
  private final long timestampMillis;

  /**
   * @throws MillraceException TABLE_UNSUPPORTED if the change is more than a change of files
   */
  RestoredState(TableState now, TableState then, long timestampMillis) {
    this.now = now;
    this.then = then;
    this.timestampMillis = timestampMillis;
    if (mapping(now) != mapping(then)) {
      throw unsupported(
          "column mapping is '%s' now and was '%s' then"
              .formatted(mapping(now).value, mapping(then).value));
    }
    if (TableFeatures.isRowTrackingSupported(now.protocol())
        && then.files().values().stream().anyMatch(file -> file.baseRowId().isEmpty())) {
      throw unsupported("rows are tracked now, and files of then have no row ids");
    }
  }

  private static ColumnMapping.ColumnMappingMode mapping(TableState state) {
    return TableConfig.COLUMN_MAPPING_MODE.fromMetadata(state.metadata());
  }

  private MillraceException unsupported(String why) {
    return new MillraceException(
        ErrorCode.TABLE_UNSUPPORTED,
        "version %d cannot be restored over version %d: %s"
            .formatted(then.version(), now.version(), why),
        "restore a version of the same kind, or write the rows of that version anew");
  }

  Protocol protocol() {
    Protocol merged = then.protocol().merge(now.protocol());
    // Merging writes the same features in the fewest words, which would look like a change.
    return merged
            .getImplicitlyAndExplicitlySupportedFeatures()
            .equals(now.protocol().getImplicitlyAndExplicitlySupportedFeatures())
        ? now.protocol()
        : merged;
  }

  Metadata metadata() {
    Metadata old = then.metadata();
    Map<String, String> properties = new TreeMap<>(old.getConfiguration());
    keepHighest(properties, ColumnMapping.COLUMN_MAPPING_MAX_COLUMN_ID_KEY);
    if (MaintenanceEntry.isTimed(old)) {
      keepTimes(properties);
    }
    String schema = withHighWaterMarks(old.getSchemaString(), now.metadata().getSchemaString());
    return new Metadata(
        old.getId(),
        old.getName(),
        old.getDescription(),
        old.getFormat(),
        schema,
        old.getSchema(),
        old.getPartitionColumns(),
        old.getCreatedTime(),
        VectorUtils.stringStringMapValue(properties));
  }

  private void keepHighest(Map<String, String> properties, String key) {
    String highest = now.metadata().getConfiguration().get(key);
    if (highest != null
        && Long.parseLong(highest) > Long.parseLong(properties.getOrDefault(key, "-1"))) {
      properties.put(key, highest);
    }
  }

  /** Since when commits carry their times, which readers search the history by. */
  private void keepTimes(Map<String, String> properties) {
    String version = TableConfig.IN_COMMIT_TIMESTAMP_ENABLEMENT_VERSION.getKey();
    String timestamp = TableConfig.IN_COMMIT_TIMESTAMP_ENABLEMENT_TIMESTAMP.getKey();
    properties.remove(version);
    properties.remove(timestamp);
    if (!MaintenanceEntry.isTimed(now.metadata())) {
      properties.put(version, Long.toString(now.version() + 1));
      properties.put(timestamp, Long.toString(timestampMillis));
      return;
    }
    for (String key : List.of(version, timestamp)) {
      now.property(key).ifPresent(value -> properties.put(key, value));
    }
  }

  static String withHighWaterMarks(String schema, String marked) {
    if (!schema.contains(HIGH_WATER_MARK) && !marked.contains(HIGH_WATER_MARK)) {
      return schema;
    }
    try {
      Map<String, Long> marks = new HashMap<>();
      for (JsonNode field : JSON.readTree(marked).path("fields")) {
        JsonNode mark = field.path("metadata").path(HIGH_WATER_MARK);
        if (mark.isIntegralNumber()) {
          marks.put(field.path("name").asText(), mark.asLong());
        }
      }
      JsonNode fields = JSON.readTree(schema);
      for (JsonNode field : fields.path("fields")) {
        Long mark = marks.get(field.path("name").asText());
        if (mark == null || !field.path("metadata").has(STEP)) {
          continue;
        }
        ObjectNode metadata = (ObjectNode) field.path("metadata");
        long old = metadata.path(HIGH_WATER_MARK).asLong(mark);
        boolean rises = metadata.path(STEP).asLong() > 0;
        metadata.put(HIGH_WATER_MARK, rises ? Math.max(old, mark) : Math.min(old, mark));
      }
      return JSON.writeValueAsString(fields);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  List<DomainMetadata> domains() {
    Map<String, DomainMetadata> before = now.snapshot().getActiveDomainMetadataMap();
    Map<String, DomainMetadata> after = then.snapshot().getActiveDomainMetadataMap();
    List<DomainMetadata> changed = new ArrayList<>();
    after.forEach(
        (name, domain) -> {
          if (!keeps(name) && !domain.equals(before.get(name))) {
            changed.add(domain);
          }
        });
    before.forEach(
        (name, domain) -> {
          if (!keeps(name) && !after.containsKey(name)) {
            changed.add(domain.removed());
          }
        });
    return changed;
  }

  private static boolean keeps(String domain) {
    return domain.equals(RowTrackingMetadataDomain.DOMAIN_NAME);
  }
}
