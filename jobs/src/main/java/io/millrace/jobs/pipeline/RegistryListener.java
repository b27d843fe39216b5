package io.millrace.jobs.pipeline;

import static java.util.Objects.requireNonNull;

import io.millrace.delta.sink.Epoch;
import io.millrace.delta.sink.EpochListener;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/** Writes what the committer tells into the pipeline's {@link EpochRegistry}. */
final class RegistryListener implements EpochListener {
  private static final long serialVersionUID = 1;

  private final PipelineLayout layout;
  private final String pipeline;
  private final String plan;
  private final String jobId;
  private final TreeMap<String, String> topics;
  private final TreeMap<String, Long> startOffsets;
  private transient EpochRegistry registry;

  RegistryListener(
      PipelineLayout layout,
      String pipeline,
      String plan,
      String jobId,
      Map<String, String> topics,
      Map<String, Long> startOffsets) {
    this.layout = requireNonNull(layout, "layout is null");
    this.pipeline = requireNonNull(pipeline, "pipeline is null");
    this.plan = requireNonNull(plan, "plan is null");
    this.jobId = requireNonNull(jobId, "jobId is null");
    this.topics = new TreeMap<>(topics);
    this.startOffsets = new TreeMap<>(startOffsets);
  }

  @Override
  public void open() {
    registry = new EpochRegistry(layout);
  }

  @Override
  public void prepared(Epoch epoch) throws IOException {
    registry.put(record(epoch));
  }

  @Override
  public void committed(Epoch epoch, Map<String, Long> versions) throws IOException {
    // A restored job commits what the one before it prepared: the record goes on naming that job,
    // in whose folder the checkpoint is.
    EpochRecord prepared =
        registry
            .find(epoch.checkpointId())
            .filter(known -> known.run().equals(epoch.run()))
            .orElseGet(() -> record(epoch));
    registry.putCommitted(prepared.committed(System.currentTimeMillis(), versions));
  }

  private EpochRecord record(Epoch epoch) {
    // A partition that this run has not read from yet stands where the run before left it.
    Map<String, Long> offsets = new TreeMap<>(startOffsets);
    offsets.putAll(epoch.offsets());
    return new EpochRecord(
        pipeline,
        plan,
        jobId,
        epoch.run(),
        topics,
        epoch.checkpointId(),
        offsets,
        epoch.counts(),
        epoch.maxTimestampMillis(),
        System.currentTimeMillis(),
        0,
        Map.of());
  }
}
