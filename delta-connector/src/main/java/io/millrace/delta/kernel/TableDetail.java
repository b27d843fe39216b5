package io.millrace.delta.kernel;

import io.delta.kernel.internal.SnapshotImpl;
import io.delta.kernel.internal.actions.Metadata;
import io.delta.kernel.internal.actions.Protocol;
import io.delta.kernel.internal.tablefeatures.TableFeature;
import io.millrace.catalog.MillraceException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What {@code DESCRIBE DETAIL} tells of a table's latest version.
 *
 * @param id of the table, kept for its life
 * @param name as its metadata has it
 * @param description as its metadata has it
 * @param location folder of the table, qualified
 * @param version the latest
 * @param createdMillis milliseconds since 1970; empty if its creator did not say
 * @param lastModifiedMillis when the latest version was made, milliseconds since 1970
 * @param partitionColumns in layout order
 * @param files number of data files
 * @param bytes of the data files together, deleted rows included
 * @param properties of the table
 * @param minReaderVersion of the protocol
 * @param minWriterVersion of the protocol
 * @param features table features, readers' and writers', in alphabetical order, also those that the
 *     protocol versions imply
 */
public record TableDetail(
    String id,
    Optional<String> name,
    Optional<String> description,
    String location,
    long version,
    OptionalLong createdMillis,
    long lastModifiedMillis,
    List<String> partitionColumns,
    long files,
    long bytes,
    Map<String, String> properties,
    int minReaderVersion,
    int minWriterVersion,
    List<String> features) {
  public TableDetail {
    partitionColumns = List.copyOf(partitionColumns);
    properties = new TreeMap<>(properties);
    features = List.copyOf(features);
  }

  /**
   * Looks at a table.
   *
   * @throws MillraceException TABLE_NOT_FOUND, TABLE_CORRUPT naming file and version,
   *     TABLE_UNSUPPORTED
   */
  public static TableDetail of(String path) {
    return new SnapshotLoader(path, Optional.empty()).load(OptionalLong.empty(), TableDetail::of);
  }

  private static TableDetail of(SnapshotLoader.Loaded loaded) {
    SnapshotImpl snapshot = (SnapshotImpl) loaded.snapshot();
    long[] filesAndBytes = new long[2];
    TableLog.forEachFile(
        loaded.engine(),
        snapshot,
        file -> {
          filesAndBytes[0]++;
          filesAndBytes[1] += file.sizeBytes();
        });
    Metadata metadata = snapshot.getMetadata();
    Protocol protocol = snapshot.getProtocol();
    // By name: a writer's feature that Kernel does not know is no reason not to show the table.
    Set<String> features = new TreeSet<>(protocol.getReaderAndWriterFeatures());
    for (TableFeature feature : protocol.getImplicitlySupportedFeatures()) {
      features.add(feature.featureName());
    }
    return new TableDetail(
        metadata.getId(),
        metadata.getName(),
        metadata.getDescription(),
        snapshot.getPath(),
        snapshot.getVersion(),
        metadata.getCreatedTime().map(OptionalLong::of).orElseGet(OptionalLong::empty),
        snapshot.getTimestamp(loaded.engine()),
        snapshot.getPartitionColumnNames(),
        filesAndBytes[0],
        filesAndBytes[1],
        metadata.getConfiguration(),
        protocol.getMinReaderVersion(),
        protocol.getMinWriterVersion(),
        List.copyOf(features));
  }
}
