package io.millrace.delta.source;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.MillraceException;
import io.millrace.delta.filter.RowFilter;
import io.millrace.delta.kernel.TableSnapshot;
import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.DynamicParallelismInference;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.java.typeutils.ResultTypeQueryable;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.streaming.api.lineage.LineageVertex;
import org.apache.flink.streaming.api.lineage.LineageVertexProvider;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.runtime.typeutils.InternalTypeInfo;

/**
 * Reads a Delta table: one version, what is appended to it, or what is changed in it.
 *
 * <p>Each row is emitted exactly once per run of the source, across failures and restores. A file
 * that is missing or damaged fails the job with {@link MillraceException} FILE_NOT_FOUND or
 * TABLE_CORRUPT, naming file and version; a version whose log entry is gone, with SOURCE_GAP.
 */
public final class DeltaSource
    implements Source<RowData, DeltaSplit, EnumeratorState>,
        DynamicParallelismInference,
        LineageVertexProvider,
        ResultTypeQueryable<RowData> {
  private static final long serialVersionUID = 1;

  private final SourceSpec spec;

  DeltaSource(SourceSpec spec) {
    this.spec = requireNonNull(spec, "spec is null");
  }

  /**
   * A source of the table at a path.
   *
   * @param path folder of the table: an absolute local path or a URI that Flink's file systems know
   */
  public static DeltaSourceBuilder builder(String path) {
    return new DeltaSourceBuilder(path);
  }

  /** The version whose columns were looked at; of a source of one version, that version. */
  public long version() {
    return spec.schemaVersion();
  }

  /**
   * What files must meet to be read, by bounds of their columns; columns are called as in the
   * files.
   */
  public RowFilter fileFilter() {
    return spec.filter();
  }

  SourceSpec spec() {
    return spec;
  }

  @Override
  public Boundedness getBoundedness() {
    return spec.mode().bounded() ? Boundedness.BOUNDED : Boundedness.CONTINUOUS_UNBOUNDED;
  }

  /** The table, as its folder. */
  @Override
  public LineageVertex getLineageVertex() {
    return TableOrigin.of(spec.path(), getBoundedness());
  }

  /** One reader for every part of a file that is to be read, as far as there may be so many. */
  @Override
  public int inferParallelism(Context context) {
    int most = context.getParallelismInferenceUpperBound();
    if (!(spec.mode() instanceof ReadMode.Snapshot snapshot)) {
      return spec.ordered() ? 1 : most;
    }
    TableSnapshot table = TableSnapshot.at(spec.path(), snapshot.version());
    return Math.max(1, Math.min(most, new SplitPlanner(spec).rowsOf(table).size()));
  }

  @Override
  public SplitEnumerator<DeltaSplit, EnumeratorState> createEnumerator(
      SplitEnumeratorContext<DeltaSplit> context) {
    return restoreEnumerator(
        context, new EnumeratorState(List.of(), 0, EnumeratorState.NOTHING_PLANNED));
  }

  @Override
  public SplitEnumerator<DeltaSplit, EnumeratorState> restoreEnumerator(
      SplitEnumeratorContext<DeltaSplit> context, EnumeratorState state) {
    return new DeltaEnumerator(context, spec, state);
  }

  @Override
  public SourceReader<RowData, DeltaSplit> createReader(SourceReaderContext context) {
    return new DeltaSourceReader(spec, context);
  }

  @Override
  public SimpleVersionedSerializer<DeltaSplit> getSplitSerializer() {
    return new DeltaSplitSerializer();
  }

  @Override
  public SimpleVersionedSerializer<EnumeratorState> getEnumeratorCheckpointSerializer() {
    return new EnumeratorStateSerializer();
  }

  @Override
  public TypeInformation<RowData> getProducedType() {
    return InternalTypeInfo.of(spec.rowType());
  }
}
