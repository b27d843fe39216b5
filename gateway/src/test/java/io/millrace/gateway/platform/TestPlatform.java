package io.millrace.gateway.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.gateway.Home;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestPlatform {
  @TempDir Path root;

  @Test
  void kafkaFlinkAndPipelinesStartAndStopTogether() throws Exception {
    PlatformDirectory directory = new PlatformDirectory(root.resolve("with space"));
    PipelineRegistry registry = new PipelineRegistry(directory.pipelines());
    registry.register(registration("broken"));
    registry.register(registration("orders"));
    RecordedSteps steps = new RecordedSteps();
    RecordedHost host = new RecordedHost();

    Platform platform =
        Platform.start(
            new Platform.Options(Home.fromLauncher(), directory, new Ports(0, 0, 0, 0)),
            host,
            steps);
    try (platform) {
      assertThat(steps.reached())
          .containsExactly(
              "Kafka on " + platform.bootstrapServers(),
              "Flink on " + platform.flinkUrl(),
              "catalog on " + platform.catalogUrl(),
              "pipeline orders resumed");
      assertThat(steps.failed())
          .singleElement()
          .satisfies(
              problem -> {
                assertThat(problem.code()).isEqualTo(ErrorCode.TOPIC_NOT_FOUND);
                assertThat(problem.problem())
                    .isEqualTo("pipeline broken cannot be resumed: there is no topic");
              });
      assertThat(RunningPlatform.find(directory)).contains(platform.state());
      assertThat(platform.fault()).isEmpty();
      assertAJobRuns(platform);
      assertATopicCanBeMade(platform);
      assertTheWebPagesAnswer(platform);
    }

    assertThat(steps.reached())
        .endsWith("pipeline orders stopped", "Flink stopped", "Kafka stopped", "catalog stopped");
    assertThat(host.stopped).containsExactly("orders");
    assertThat(directory.stateFile()).doesNotExist();
    assertThat(RunningPlatform.find(directory)).isEmpty();
  }

  private static void assertAJobRuns(Platform platform) throws Exception {
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    env.setParallelism(2);
    env.fromSequence(1, 1_000).sinkTo(new DiscardingSink<>());
    JobGraph job = env.getStreamGraph().getJobGraph();
    platform.miniCluster().submitJob(job).get();
    assertThat(platform.miniCluster().requestJobResult(job.getJobID()).get().getJobStatus())
        .contains(JobStatus.FINISHED);
  }

  private static void assertATopicCanBeMade(Platform platform) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", platform.bootstrapServers()))) {
      admin.createTopics(List.of(new NewTopic("events", 2, (short) 1))).all().get();
      assertThat(admin.listTopics().names().get()).containsExactly("events");
    }
  }

  private static void assertTheWebPagesAnswer(Platform platform) throws Exception {
    assertThat(text(platform.flinkUrl() + "/")).contains("<title>Apache Flink Web Dashboard");
    assertThat(text(platform.flinkUrl() + "/config"))
        .as("nobody may send code to it")
        .contains("\"web-submit\":false");
  }

  private static String text(String url) throws Exception {
    try (var in = URI.create(url).toURL().openStream()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private PipelineRegistration registration(String name) {
    return new PipelineRegistration(
        name, root.resolve(name), Map.of(), root.resolve("tables"), Duration.ofSeconds(1));
  }

  private static final class RecordedHost implements PipelineHost {
    private final List<String> stopped = new CopyOnWriteArrayList<>();

    @Override
    public HostedPipeline resume(PipelineRegistration registration, Platform platform) {
      if (registration.name().equals("broken")) {
        throw new MillraceException(
            ErrorCode.TOPIC_NOT_FOUND, "there is no topic", "make it and start again");
      }
      assertThat(Files.isDirectory(platform.directory().checkpoints())).isTrue();
      return new HostedPipeline() {
        @Override
        public String name() {
          return registration.name();
        }

        @Override
        public void stop(Duration timeout) {
          assertThat(platform.miniCluster().isRunning()).as("Flink outlives its jobs").isTrue();
          stopped.add(registration.name());
        }

        @Override
        public void abandon() {
          throw new AssertionError("nothing has failed");
        }
      };
    }
  }
}
