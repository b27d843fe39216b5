package io.millrace.delta.sink;

import io.millrace.catalog.MillraceException;
import io.millrace.delta.DeltaTableSpec;
import java.util.Map;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.jspecify.annotations.Nullable;

/**
 * The committer of a batch job that writes one table: commits all files as one version when the
 * input has ended, without checkpoints. The job's id is in the table's transaction identifiers, so
 * that a repeated end of the same job commits nothing a second time.
 *
 * <p>Parallelism 1.
 */
final class StatementCommitOperator extends AbstractStreamOperator<Void>
    implements OneInputStreamOperator<CheckpointPart, Void>, BoundedOneInput {
  private static final long serialVersionUID = 1L;

  private final DeltaTableSpec spec;
  private final @Nullable Overwrite overwrite;
  private transient TableChanges changes;

  /**
   * @param overwrite null to add rows, or replace those of the same keys
   */
  StatementCommitOperator(DeltaTableSpec spec, @Nullable Overwrite overwrite) {
    this.spec = spec;
    this.overwrite = overwrite;
  }

  @Override
  public void open() throws Exception {
    super.open();
    changes = new TableChanges();
  }

  @Override
  public void processElement(StreamRecord<CheckpointPart> element) {
    if (element.getValue() instanceof WriterOutput output) {
      changes.add(output);
    }
  }

  @Override
  public void endInput() throws Exception {
    try {
      String job = getRuntimeContext().getJobInfo().getJobId().toHexString();
      if (overwrite != null) {
        try (OverwriteCommit commit = new OverwriteCommit(spec, overwrite)) {
          commit.commit(spec.sinkId() + "/" + job, changes.added(), changes.checked());
        }
      } else if (!changes.isEmpty()) {
        commit(job);
      }
    } catch (MillraceException e) {
      throw Restarts.unlessCurable(e);
    }
  }

  private void commit(String job) {
    try (TableCommitter committer = TableCommitter.open(spec)) {
      String checked = changes.checked().orElseGet(committer::checkedConstraints);
      Map<String, String> info =
          checked.isEmpty() ? Map.of() : Map.of(TableCommitter.CHECKED, checked);
      committer.commit(
          new TableCommittable(
              spec.name(),
              job,
              1,
              committer.lastSequence() + 1,
              changes.added(),
              changes.superseded(),
              info));
    }
  }
}
