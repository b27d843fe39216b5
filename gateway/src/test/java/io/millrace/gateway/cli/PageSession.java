package io.millrace.gateway.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableResult;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.types.Row;
import org.apache.flink.util.CloseableIterator;

/**
 * A session of Flink SQL that types what a page says: one in which {@code SET
 * 'execution.runtime-mode'} works as in Flink's own client, and in which a query that never ends is
 * left after its first row.
 */
final class PageSession {
  private static final Pattern SET = Pattern.compile("(?is)SET\\s+'([^']+)'\\s*=\\s*'([^']*)'");
  private static final Pattern TABLE =
      Pattern.compile("(?is)CREATE\\s+(?:TEMPORARY\\s+)?TABLE\\s+(\\w+).*");
  private static final Pattern ENDLESS =
      Pattern.compile("(?s).*'mode' = '(stream|changes|change-rows)'.*");
  private static final long TIMEOUT_SECONDS = 60;

  private final Path root;
  private final StreamTableEnvironment streaming = environment(false);
  private final StreamTableEnvironment batch = environment(true);
  private final Set<String> followed = new HashSet<>();
  private StreamTableEnvironment current = streaming;

  /**
   * @param root what stands for the folders that the page names
   */
  PageSession(Path root) {
    this.root = root;
  }

  private static StreamTableEnvironment environment(boolean batch) {
    var configuration = new Configuration();
    configuration.set(TaskManagerOptions.NETWORK_MEMORY_MIN, MemorySize.ofMebiBytes(16));
    configuration.set(TaskManagerOptions.NETWORK_MEMORY_MAX, MemorySize.ofMebiBytes(16));
    configuration.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(32));
    if (!batch) {
      configuration.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(100));
    }
    var environment = StreamExecutionEnvironment.createLocalEnvironment(1, configuration);
    EnvironmentSettings.Builder settings = EnvironmentSettings.newInstance();
    StreamTableEnvironment tables =
        StreamTableEnvironment.create(
            environment, (batch ? settings.inBatchMode() : settings.inStreamingMode()).build());
    tables.getConfig().setLocalTimeZone(ZoneOffset.UTC);
    return tables;
  }

  StreamTableEnvironment batch() {
    return batch;
  }

  /** A page's text with the test's folders in the place of the page's. */
  String placed(String text) {
    return text.replaceAll("(['\"])/(data|lake)(?=[/'\"])", "$1" + root + "/$2");
  }

  /** Runs a statement to its end, or to its first row if it has none. */
  List<String> run(String statement) throws Exception {
    String text = placed(statement);
    Matcher set = SET.matcher(text);
    if (set.matches()) {
      set(set.group(1), set.group(2));
      return List.of();
    }
    TableResult result = current.executeSql(text);
    if (isTheSessions(text)) {
      (current == streaming ? batch : streaming).executeSql(text);
    }
    if (text.toUpperCase(Locale.ROOT).matches("(?s)(INSERT|UPDATE|DELETE|TRUNCATE)\\b.*")) {
      result.await(TIMEOUT_SECONDS, TimeUnit.SECONDS);
      return List.of();
    }
    boolean endless = isEndless(text);
    List<String> rows = new ArrayList<>();
    try (CloseableIterator<Row> found = result.collect()) {
      while ((rows.isEmpty() || !endless) && found.hasNext()) {
        rows.add(found.next().toString());
      }
    }
    return rows;
  }

  /** Says of a table that is declared that it never ends, and finds queries of such tables. */
  private boolean isEndless(String text) {
    Matcher table = TABLE.matcher(text);
    if (table.matches() && ENDLESS.matcher(text).matches()) {
      followed.add(table.group(1));
    }
    return ENDLESS.matcher(text).matches()
        || followed.stream().anyMatch(name -> text.matches("(?s).*\\b" + name + "\\b.*"));
  }

  private void set(String key, String value) {
    if (key.equals("execution.runtime-mode")) {
      current = value.equalsIgnoreCase("batch") ? batch : streaming;
    } else {
      streaming.getConfig().set(key, value);
      batch.getConfig().set(key, value);
    }
  }

  /** True for what no table keeps, so that the other mode has to be told, too. */
  private boolean isTheSessions(String statement) {
    String text = statement.toUpperCase(Locale.ROOT);
    boolean declares = text.matches("(?s)(CREATE|DROP|ALTER)\\s.*");
    return text.matches("(?s)(USE|CREATE\\s+CATALOG|CREATE\\s+TEMPORARY)\\s.*")
        || (declares
            && current.getCurrentCatalog().equals("default_catalog")
            && !text.startsWith("CREATE CATALOG"));
  }
}
