package io.millrace.jobs.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.delta.sink.Epoch;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestRegistryListener {
  private static final Epoch EPOCH =
      new Epoch("first-run", 3, Map.of("orders-0", 7L), Map.of(), Long.MIN_VALUE);

  @TempDir Path root;

  @Test
  void anEpochThatALaterJobCommitsStaysWithTheJobThatHasItsCheckpoint() throws Exception {
    PipelineLayout layout = PipelineLayout.of(root);
    layout.create();
    listener(layout, "job-a").prepared(EPOCH);

    listener(layout, "job-b").committed(EPOCH, Map.of("bronze", 4L));

    EpochRegistry registry = new EpochRegistry(layout);
    assertThat(registry.find(3).orElseThrow().jobId()).isEqualTo("job-a");
    assertThat(registry.latest().orElseThrow().versions()).containsEntry("bronze", 4L);
  }

  @Test
  void whatAnAbandonedRunPreparedUnderTheSameIdIsReplaced() throws Exception {
    PipelineLayout layout = PipelineLayout.of(root);
    layout.create();
    listener(layout, "job-a").prepared(EPOCH);
    Epoch again = new Epoch("second-run", 3, Map.of("orders-0", 9L), Map.of(), Long.MIN_VALUE);

    listener(layout, "job-b").prepared(again);
    listener(layout, "job-b").committed(again, Map.of());

    EpochRecord found = new EpochRegistry(layout).find(3).orElseThrow();
    assertThat(found.jobId()).isEqualTo("job-b");
    assertThat(found.offsets()).containsEntry("orders-0", 9L);
  }

  private static RegistryListener listener(PipelineLayout layout, String jobId) {
    RegistryListener listener =
        new RegistryListener(layout, "orders", "plan", jobId, Map.of(), Map.of());
    listener.open();
    return listener;
  }
}
