package io.millrace.interop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.delta.dml.MergeInto;
import io.millrace.delta.kernel.TableSnapshot;
import io.millrace.gateway.platform.FlinkCluster;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.reflect.Array;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.api.dag.Pipeline;
import org.apache.flink.client.deployment.executors.PipelineExecutorUtils;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.DeploymentOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.PipelineExecutor;
import org.apache.flink.core.execution.PipelineExecutorFactory;
import org.apache.flink.core.execution.PipelineExecutorServiceLoader;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterJobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableResult;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.types.Row;
import org.apache.flink.types.RowKind;
import org.apache.flink.util.CloseableIterator;

/**
 * Flink SQL with the connector, in a process with the product's libraries and nobody else's. Each
 * line of input is a JSON object and is answered by a line:
 *
 * <pre>
 * {"table": NAME, "path": FOLDER, "version": N, "options": {…}, "metadata": {column: type}}
 *     declares a temporary table, in both sessions, with the columns that the version has
 * {"merge": FOLDER, "source": QUERY, "condition": CONDITION, "clauses": [WHEN …]}
 *     merges rows s into the table t
 * {"mode": "batch" | "stream", "sql": STATEMENT}
 *     runs it to its end: {"rows": [text, …]}, each with its kind if that is not an insert
 * </pre>
 *
 * What fails is answered by {"error": messages of the failure and its causes}. Ends with its input.
 */
public final class SqlDriver {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final StreamTableEnvironment batch;
  private final StreamTableEnvironment stream;

  private SqlDriver(FlinkCluster cluster) {
    batch = session(cluster, true);
    stream = session(cluster, false);
  }

  /** Runs jobs in this process and tells at once when they have ended; a client over HTTP asks. */
  private record Here(MiniCluster cluster)
      implements PipelineExecutorServiceLoader, PipelineExecutorFactory, PipelineExecutor {
    static final String NAME = "here";

    @Override
    public PipelineExecutorFactory getExecutorFactory(Configuration configuration) {
      return this;
    }

    @Override
    public Stream<String> getExecutorNames() {
      return Stream.of(NAME);
    }

    @Override
    public String getName() {
      return NAME;
    }

    @Override
    public boolean isCompatibleWith(Configuration configuration) {
      return true;
    }

    @Override
    public PipelineExecutor getExecutor(Configuration configuration) {
      return this;
    }

    @Override
    public CompletableFuture<JobClient> execute(
        Pipeline pipeline, Configuration configuration, ClassLoader loader) throws Exception {
      // Not its JobGraph: plans of batch queries may change while they run.
      StreamGraph graph = PipelineExecutorUtils.getStreamGraph(pipeline, configuration);
      graph.serializeUserDefinedInstances();
      return cluster
          .submitJob(graph)
          .thenApply(
              submitted ->
                  new MiniClusterJobClient(
                      submitted.getJobID(),
                      cluster,
                      loader,
                      MiniClusterJobClient.JobFinalizationBehavior.NOTHING));
    }
  }

  private static StreamTableEnvironment session(FlinkCluster cluster, boolean batch) {
    Configuration configuration = new Configuration();
    configuration.set(DeploymentOptions.TARGET, Here.NAME);
    var environment =
        new StreamExecutionEnvironment(
            new Here(cluster.miniCluster()), configuration, SqlDriver.class.getClassLoader());
    environment.setParallelism(2);
    EnvironmentSettings.Builder settings = EnvironmentSettings.newInstance();
    if (!batch) {
      environment.enableCheckpointing(50);
    }
    var tables =
        StreamTableEnvironment.create(
            environment, (batch ? settings.inBatchMode() : settings.inStreamingMode()).build());
    tables.getConfig().setLocalTimeZone(java.time.ZoneOffset.UTC);
    return tables;
  }

  public static void main(String[] arguments) throws Exception {
    PrintStream answers = System.out;
    System.setOut(System.err);
    Path work = Files.createDirectories(Path.of(arguments[0]).toAbsolutePath());
    try (FlinkCluster cluster =
            FlinkCluster.start(
                0,
                work.resolve("checkpoints"),
                work.resolve("scratch"),
                FlinkCluster.Size.LAPTOP);
        var requests =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      var driver = new SqlDriver(cluster);
      for (String line = requests.readLine(); line != null; line = requests.readLine()) {
        ObjectNode answer = JSON.createObjectNode();
        try {
          driver.answer(JSON.readTree(line), answer);
        } catch (Throwable failure) {
          failure.printStackTrace();
          answer.removeAll();
          answer.put("error", messages(failure));
        }
        answers.write((JSON.writeValueAsString(answer) + "\n").getBytes(StandardCharsets.UTF_8));
        answers.flush();
      }
    }
  }

  private void answer(JsonNode request, ObjectNode answer) throws Exception {
    if (request.has("table")) {
      declare(request);
      return;
    }
    if (request.has("merge")) {
      merge(request);
      return;
    }
    StreamTableEnvironment session = request.path("mode").asText().equals("batch") ? batch : stream;
    ArrayNode rows = answer.putArray("rows");
    TableResult result = session.executeSql(request.path("sql").asText());
    List<String> found = new ArrayList<>();
    try (CloseableIterator<Row> iterator = result.collect()) {
      while (iterator.hasNext()) {
        Row row = iterator.next();
        String kind = row.getKind() == RowKind.INSERT ? "" : row.getKind().shortString();
        found.add(kind + RowText.of(plain(row)));
      }
    }
    found.forEach(rows::add);
  }

  private void declare(JsonNode request) {
    String path = request.path("path").asText();
    TableSnapshot snapshot =
        request.has("version")
            ? TableSnapshot.at(path, request.path("version").asLong())
            : TableSnapshot.latest(path);
    List<String> columns = new ArrayList<>();
    for (RowType.RowField field : snapshot.rowType().getFields()) {
      columns.add(quoted(field.getName()) + " " + field.getType().asSerializableString());
    }
    request
        .path("metadata")
        .properties()
        .forEach(
            column ->
                columns.add(
                    quoted(column.getKey())
                        + " "
                        + column.getValue().asText()
                        + " METADATA VIRTUAL"));
    Map<String, String> options = new LinkedHashMap<>();
    options.put("connector", "delta");
    options.put("path", path);
    request
        .path("options")
        .properties()
        .forEach(option -> options.put(option.getKey(), option.getValue().asText()));
    String name = quoted(request.path("table").asText());
    String partitions =
        snapshot.partitionColumns().stream()
            .map(SqlDriver::quoted)
            .collect(Collectors.joining(", "));
    String statement =
        "CREATE TEMPORARY TABLE %s (%s) %s WITH (%s)"
            .formatted(
                name,
                String.join(", ", columns),
                partitions.isEmpty() ? "" : "PARTITIONED BY (" + partitions + ")",
                options.entrySet().stream()
                    .map(option -> text(option.getKey()) + " = " + text(option.getValue()))
                    .collect(Collectors.joining(", ")));
    for (StreamTableEnvironment session : List.of(batch, stream)) {
      session.executeSql("DROP TEMPORARY TABLE IF EXISTS " + name);
      session.executeSql(statement);
    }
  }

  private void merge(JsonNode request) {
    MergeInto merge =
        MergeInto.table(batch, request.path("merge").asText(), "t")
            .using(request.path("source").asText(), "s")
            .on(request.path("condition").asText());
    for (JsonNode clause : request.path("clauses")) {
      merge = merge.when(clause.asText());
    }
    merge.execute();
  }

  private static String quoted(String name) {
    return "`" + name.replace("`", "``") + "`";
  }

  private static String text(String value) {
    return "'" + value.replace("'", "''") + "'";
  }

  /** As {@link RowText} wants it. */
  private static Object plain(Object value) {
    if (value instanceof Row row) {
      Object[] fields = new Object[row.getArity()];
      for (int i = 0; i < fields.length; i++) {
        fields[i] = plain(row.getField(i));
      }
      return fields;
    } else if (value instanceof Map<?, ?> map) {
      Map<Object, Object> plain = new LinkedHashMap<>();
      map.forEach((key, item) -> plain.put(plain(key), plain(item)));
      return plain;
    } else if (value != null && value.getClass().isArray() && !(value instanceof byte[])) {
      List<Object> plain = new ArrayList<>();
      for (int i = 0; i < Array.getLength(value); i++) {
        plain.add(plain(Array.get(value, i)));
      }
      return plain;
    }
    return value;
  }

  private static String messages(Throwable failure) {
    StringBuilder messages = new StringBuilder();
    for (Throwable t = failure; t != null; t = t.getCause()) {
      messages.append(t.getClass().getName()).append(": ").append(t.getMessage()).append('\n');
    }
    return messages.toString();
  }
}
