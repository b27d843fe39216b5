package io.millrace.catalog.flink.lineage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.catalog.lineage.JobDataset;
import io.millrace.catalog.lineage.JobEnded;
import io.millrace.catalog.lineage.JobStarted;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Executor;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.DeploymentOptions;
import org.apache.flink.core.execution.JobStatusChangedListenerFactory;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Flink's own events, from jobs that run, as reporters are told of them. */
class TestJobLineage {

  private static StreamTableEnvironment listened() {
    Configuration configuration = new Configuration();
    configuration.set(CoreOptions.DEFAULT_PARALLELISM, 1);
    configuration.set(
        DeploymentOptions.JOB_STATUS_CHANGED_LISTENERS,
        List.of(JobLineageListenerFactory.class.getName()));
    return StreamTableEnvironment.create(
        StreamExecutionEnvironment.getExecutionEnvironment(configuration),
        EnvironmentSettings.newInstance()
            .withBuiltInCatalogName("main")
            .withBuiltInDatabaseName("shop")
            .inBatchMode()
            .build());
  }

  @Test
  void aJobThatStartsAndEndsIsToldOfByItsTables() throws Exception {
    StreamTableEnvironment shop = listened();
    RowsTableFactory.put("told", List.<Object[]>of(new Object[] {1}, new Object[] {2}));
    shop.executeSql(
        "CREATE TABLE numbers (n INT) WITH ('connector' = 'rows', 'rows' = 'told',"
            + " 'password' = 'hunter2')");
    shop.executeSql(
        "CREATE TABLE others (n INT) WITH ('connector' = 'rows', 'password' = 'hunter2')");

    String job =
        shop.executeSql("INSERT INTO others SELECT n + 1 FROM numbers")
            .getJobClient()
            .orElseThrow()
            .getJobID()
            .toHexString();
    JobStarted started = RememberingReporter.nextStarted();
    JobEnded ended = RememberingReporter.nextEnded();

    assertThat(started.jobId()).isEqualTo(job);
    assertThat(started.jobName()).isEqualTo("insert-into_main.shop.others");
    assertThat(started.streaming()).isFalse();
    assertThat(started.sources()).containsExactly(new JobDataset("", "main.shop.numbers"));
    assertThat(started.sinks()).containsExactly(new JobDataset("", "main.shop.others"));
    assertThat(ended.jobId()).isEqualTo(job);
    assertThat(ended.outcome()).isEqualTo(JobEnded.Outcome.FINISHED);
    assertThat(ended.failure()).isNull();
    assertThat(started + " " + ended).doesNotContain("hunter2");
  }

  @Test
  void aJobThatFailsIsToldOfWithoutItsMessage() throws Exception {
    StreamTableEnvironment shop = listened();
    RowsTableFactory.put("zero", List.<Object[]>of(new Object[] {0}));
    shop.executeSql("CREATE TABLE zero (n INT) WITH ('connector' = 'rows', 'rows' = 'zero')");
    shop.executeSql("CREATE TABLE nothing (n INT) WITH ('connector' = 'rows')");

    shop.executeSql("INSERT INTO nothing SELECT 1 / n FROM zero");
    RememberingReporter.nextStarted();
    JobEnded ended = RememberingReporter.nextEnded();

    assertThat(ended.outcome()).isEqualTo(JobEnded.Outcome.FAILED);
    assertThat(ended.failure()).isEqualTo("java.lang.ArithmeticException");
  }

  @Test
  void aDeltaTableIsToldOfWithItsStore(@TempDir Path warehouse) throws Exception {
    StreamTableEnvironment shop = listened();
    shop.executeSql(
        "CREATE TABLE kept (n INT) WITH ('connector' = 'delta', 'path' = '%s')"
            .formatted(warehouse.resolve("kept")));
    shop.executeSql("CREATE TABLE gone (n INT) WITH ('connector' = 'rows')");

    shop.executeSql("INSERT INTO kept VALUES (1), (2)").await();
    JobStarted written = RememberingReporter.nextStarted();
    RememberingReporter.nextEnded();
    shop.executeSql("INSERT INTO gone SELECT n FROM kept").await();
    JobStarted read = RememberingReporter.nextStarted();
    RememberingReporter.nextEnded();

    assertThat(written.sources()).isEmpty();
    assertThat(written.sinks()).containsExactly(new JobDataset("", "main.shop.kept"));
    assertThat(read.sources()).containsExactly(new JobDataset("file", "main.shop.kept"));
  }

  @Test
  void usersPasswordsAndQueriesOfStoresAreLeftOut() {
    assertThat(
            List.of(
                JobLineageListener.withoutSecrets(
                    "jdbc:mysql://me:hunter2@host:3306/db?key=hunter2"),
                JobLineageListener.withoutSecrets("kafka://one:9092,two:9092"),
                JobLineageListener.withoutSecrets("jdbc:sqlserver://host;password=hunter2"),
                JobLineageListener.withoutSecrets("s3://bucket")))
        .containsExactly(
            "jdbc:mysql://host:3306/db",
            "kafka://one:9092,two:9092",
            "jdbc:sqlserver://host",
            "s3://bucket");
  }

  @Test
  void aListenerWithNobodyToTellIsRefused() throws Exception {
    try (URLClassLoader empty = new URLClassLoader(new URL[0], null)) {
      assertThatThrownBy(
              () -> new JobLineageListenerFactory().createListener(new Surroundings(empty)))
          .isInstanceOfSatisfying(
              MillraceException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_INVALID))
          .hasMessageContaining(
              "no io.millrace.catalog.lineage.LineageReporter is on the class path");
    }
  }

  private record Surroundings(ClassLoader loader)
      implements JobStatusChangedListenerFactory.Context {
    @Override
    public Configuration getConfiguration() {
      return new Configuration();
    }

    @Override
    public ClassLoader getUserClassLoader() {
      return loader;
    }

    @Override
    public Executor getIOExecutor() {
      return Runnable::run;
    }
  }
}
