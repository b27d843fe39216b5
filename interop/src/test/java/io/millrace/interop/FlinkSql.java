package io.millrace.interop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Timer;
import java.util.TimerTask;

/**
 * Flink SQL with our connector, in one process for all tests, which is started by the first of them
 * and ends with this one. One statement at a time.
 */
final class FlinkSql {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long TIMEOUT_MILLIS = 120_000;

  /** A statement failed; the message has the messages of all causes. */
  static final class Failed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Failed(String message) {
      super(message);
    }
  }

  private static final class Holder {
    static final FlinkSql INSTANCE = start();
  }

  private final Process process;
  private final Path log;
  private final OutputStream requests;
  private final BufferedReader answers;

  private FlinkSql(Process process, Path log) {
    this.process = process;
    this.log = log;
    requests = process.getOutputStream();
    answers =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  static FlinkSql session() {
    return Holder.INSTANCE;
  }

  private static FlinkSql start() {
    try {
      Path work = Files.createDirectories(Path.of("target/flink-sql").toAbsolutePath());
      Path classes = work.resolve("classes");
      ProductJvm.compile(classes, "SqlDriver", "RowText");
      Path log = work.resolve("driver.log");
      Process process =
          new ProcessBuilder(
                  ProductJvm.command(
                      classes, "1g", "io.millrace.interop.SqlDriver", work.toString()))
              .redirectError(log.toFile())
              .start();
      Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
      return new FlinkSql(process, log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Declares a table with the columns that its folder has.
   *
   * @param options beside connector and path
   * @param metadata metadata columns, with their types
   */
  void declare(
      String table, Path folder, Map<String, String> options, Map<String, String> metadata) {
    ObjectNode request = JSON.createObjectNode().put("table", table).put("path", folder.toString());
    request.set("options", JSON.valueToTree(options));
    request.set("metadata", JSON.valueToTree(metadata));
    if (options.containsKey("version")) {
      request.put("version", Long.parseLong(options.get("version")));
    }
    ask(request);
  }

  /** A statement of a batch session; its rows, sorted. */
  List<String> batch(String statement) {
    return run("batch", statement);
  }

  /** A statement of a streaming session that ends; its rows, in their order. */
  List<String> stream(String statement) {
    return run("stream", statement);
  }

  /** MERGE into a table {@code t} of rows {@code s}. */
  void merge(Path folder, String source, String condition, List<String> clauses) {
    ObjectNode request =
        JSON.createObjectNode()
            .put("merge", folder.toString())
            .put("source", source)
            .put("condition", condition);
    request.set("clauses", JSON.valueToTree(clauses));
    ask(request);
  }

  private List<String> run(String mode, String statement) {
    JsonNode answer = ask(JSON.createObjectNode().put("mode", mode).put("sql", statement));
    List<String> rows = new ArrayList<>();
    answer.path("rows").forEach(row -> rows.add(row.asText()));
    if (mode.equals("batch")) {
      rows.sort(null);
    }
    return rows;
  }

  private synchronized JsonNode ask(JsonNode request) {
    Timer timer = new Timer(true);
    timer.schedule(
        new TimerTask() {
          @Override
          public void run() {
            process.destroyForcibly();
          }
        },
        TIMEOUT_MILLIS);
    try {
      requests.write((JSON.writeValueAsString(request) + "\n").getBytes(StandardCharsets.UTF_8));
      requests.flush();
      String line = answers.readLine();
      if (line == null) {
        throw new AssertionError("no answer to " + request + ", see " + log);
      }
      JsonNode answer = JSON.readTree(line);
      if (answer.has("error")) {
        throw new Failed(answer.path("error").asText());
      }
      return answer;
    } catch (IOException e) {
      throw new AssertionError("no answer to " + request + ", see " + log, e);
    } finally {
      timer.cancel();
    }
  }
}
