package io.millrace.jobs.project;

import io.millrace.catalog.ErrorCode;
import io.millrace.jobs.language.Position;
import io.millrace.jobs.language.Problems;
import io.millrace.jobs.language.SourceText;
import io.millrace.jobs.language.Suggestion;
import java.io.StringReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.util.TimeUtils;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.reader.ReaderException;

/** Reads {@code pipeline.yml}, knowing where each word of it stands. */
final class PipelineFile {
  private static final List<String> KEYS =
      List.of(
          "name",
          "catalog",
          "database",
          "schema",
          "storage",
          "libraries",
          "configuration",
          "checkpoint-interval",
          "parallelism",
          "state");

  private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_-]{0,63}");
  private static final Pattern VARIABLE_NAME = Pattern.compile("[A-Za-z0-9_.-]+");
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{([^}]*)}");
  private static final int MOST_PARALLELISM = 1024;

  /** A path of {@code libraries}, as written. */
  record Include(String path, Position position) {}

  private final SourceText source;
  private final Map<String, String> set;
  private final Problems problems;
  private final Map<String, Node> values = new LinkedHashMap<>();
  private final Map<String, String> configuration = new LinkedHashMap<>();
  private final List<String> declared = new ArrayList<>();
  private final List<Include> includes = new ArrayList<>();

  /**
   * @param set values of variables that win over those in the file
   */
  PipelineFile(SourceText source, Map<String, String> set, Problems problems) {
    this.source = source;
    this.set = set;
    this.problems = problems;
  }

  /** The settings; empty if the file is no mapping or has no name, which has been told then. */
  Optional<PipelineSettings> read() {
    Node root = compose();
    if (!(root instanceof MappingNode mapping)) {
      if (root != null) {
        report(position(root), "expected keys and values", "write at least 'name: my_pipeline'");
      }
      return Optional.empty();
    }
    entries(mapping, KEYS, values);
    configuration.putAll(readConfiguration());
    configuration.putAll(set);
    readLibraries();
    String name = readName();
    String schema = schema();
    PipelineSettings.StateBackend state = state();
    String catalog = text("catalog");
    String storage = text("storage");
    Duration interval = interval();
    Integer parallelism = parallelism();
    return name == null
        ? Optional.empty()
        : Optional.of(
            new PipelineSettings(
                name, catalog, schema, storage, configuration, interval, parallelism, state));
  }

  /** Variables that the file names, with or without a value. */
  List<String> declaredVariables() {
    return declared;
  }

  /** Values of variables, also where the file has mistakes elsewhere. */
  Map<String, String> variables() {
    return configuration;
  }

  List<Include> includes() {
    return includes;
  }

  private @Nullable Node compose() {
    LoaderOptions options = new LoaderOptions();
    options.setNestingDepthLimit(20);
    try {
      Node root =
          new Yaml(new SafeConstructor(options)).compose(new StringReader(source.written()));
      if (root == null) {
        report(start(), "the file is empty", "write at least 'name: my_pipeline'");
      }
      return root;
    } catch (MarkedYAMLException e) {
      Position position =
          e.getProblemMark() == null
              ? start()
              : new Position(
                  source.file(),
                  e.getProblemMark().getLine() + 1,
                  e.getProblemMark().getColumn() + 1);
      report(position, "this is not YAML: " + e.getProblem(), "correct the YAML");
    } catch (ReaderException e) {
      report(
          source.position(Math.max(0, e.getPosition())),
          "a character that YAML does not allow",
          "take it away");
    } catch (YAMLException e) {
      report(start(), "this is not YAML: " + e.getMessage(), "correct the YAML");
    }
    return null;
  }

  private void entries(MappingNode mapping, List<String> known, Map<String, Node> into) {
    for (NodeTuple entry : mapping.getValue()) {
      Node key = entry.getKeyNode();
      String name = key instanceof ScalarNode scalar ? scalar.getValue() : "";
      if (!known.contains(name)) {
        report(
            position(key),
            "unknown key '" + name + "'",
            Suggestion.remedy(name, known, "known keys are"));
      } else if (into.putIfAbsent(name, entry.getValueNode()) != null) {
        report(position(key), "the key '" + name + "' is there twice", "keep one of them");
      }
    }
  }

  private Map<String, String> readConfiguration() {
    Map<String, String> read = new LinkedHashMap<>();
    Node node = values.get("configuration");
    if (node == null || isNull(node)) {
      return read;
    }
    if (!(node instanceof MappingNode mapping)) {
      report(position(node), "configuration is not 'name: value' pairs", "write 'name: value'");
      return read;
    }
    for (NodeTuple entry : mapping.getValue()) {
      String name = entry.getKeyNode() instanceof ScalarNode scalar ? scalar.getValue() : "";
      if (!VARIABLE_NAME.matcher(name).matches()) {
        report(
            position(entry.getKeyNode()),
            "'" + name + "' cannot be the name of a variable",
            "use letters, digits, '_', '.' and '-'");
      } else if (declared.contains(name)) {
        report(
            position(entry.getKeyNode()),
            "the variable '" + name + "' is there twice",
            "keep one of them");
      } else if (!(entry.getValueNode() instanceof ScalarNode value)) {
        report(
            position(entry.getValueNode()),
            "the variable '" + name + "' has a value that is no text or number",
            "write a plain value");
      } else {
        declared.add(name);
        // Without a value it is only declared: it must come from --set.
        if (!isNull(value)) {
          read.put(name, value.getValue());
        }
      }
    }
    return read;
  }

  private void readLibraries() {
    Node node = values.get("libraries");
    if (node == null) {
      return;
    }
    if (!(node instanceof SequenceNode list)) {
      report(
          position(node), "libraries is no list", "write '- glob: {include: transformations/**}'");
      return;
    }
    for (Node library : list.getValue()) {
      Map<String, Node> outer = nested(library, List.of("glob"));
      Map<String, Node> inner =
          outer.containsKey("glob") ? nested(outer.get("glob"), List.of("include")) : Map.of();
      if (inner.get("include") instanceof ScalarNode include && !include.getValue().isBlank()) {
        includes.add(new Include(include.getValue(), position(include)));
      } else {
        report(
            position(library),
            "a library without a path",
            "write '- glob: {include: transformations/**}'");
      }
    }
  }

  private Map<String, Node> nested(Node node, List<String> known) {
    Map<String, Node> entries = new LinkedHashMap<>();
    if (node instanceof MappingNode mapping) {
      entries(mapping, known, entries);
    }
    return entries;
  }

  private @Nullable String readName() {
    Node node = values.get("name");
    if (node == null) {
      report(start(), "the key 'name' is missing", "write 'name: my_pipeline'");
      return null;
    }
    String name = text("name");
    if (name != null && !NAME.matcher(name).matches()) {
      report(
          position(node),
          "'" + name + "' cannot be the name of a pipeline",
          "begin with a letter, go on with letters, digits, '_' and '-', at most 64 in all");
      return null;
    }
    return name;
  }

  private @Nullable String schema() {
    if (values.containsKey("schema") && values.containsKey("database")) {
      report(
          position(values.get("schema")),
          "both 'schema' and 'database', which mean the same",
          "keep one of them");
    }
    return values.containsKey("schema") ? text("schema") : text("database");
  }

  private PipelineSettings.StateBackend state() {
    String state = text("state");
    if (state == null || state.equalsIgnoreCase("heap")) {
      return PipelineSettings.StateBackend.HEAP;
    }
    if (!state.equalsIgnoreCase("rocksdb")) {
      report(
          position(values.get("state")),
          "state cannot be '" + state + "'",
          Suggestion.remedy(state, List.of("heap", "rocksdb"), "it is one of"));
    }
    return PipelineSettings.StateBackend.ROCKSDB;
  }

  private @Nullable Duration interval() {
    String text = text("checkpoint-interval");
    if (text == null) {
      return null;
    }
    try {
      Duration interval = TimeUtils.parseDuration(text);
      if (!interval.isZero() && !interval.isNegative()) {
        return interval;
      }
    } catch (IllegalArgumentException | ArithmeticException e) {
      // Told below, as for zero: the message of Flink's parser does not say where.
    }
    report(
        position(values.get("checkpoint-interval")),
        "checkpoint-interval is '" + text + "', which is no duration above zero",
        "write a duration such as 2 s, 500 ms or 1 min");
    return null;
  }

  private @Nullable Integer parallelism() {
    String text = text("parallelism");
    if (text == null) {
      return null;
    }
    if (text.matches("[1-9][0-9]{0,3}") && Integer.parseInt(text) <= MOST_PARALLELISM) {
      return Integer.valueOf(text);
    }
    report(
        position(values.get("parallelism")),
        "parallelism is '" + text + "'",
        "write a number from 1 to " + MOST_PARALLELISM);
    return null;
  }

  /** The text of a key with variables put in; null if it is not there or not text. */
  private @Nullable String text(String key) {
    Node node = values.get(key);
    if (node == null || isNull(node)) {
      if (node != null) {
        report(position(node), "'" + key + "' has no value", "give it one or leave it out");
      }
      return null;
    }
    if (!(node instanceof ScalarNode scalar)) {
      report(position(node), "'" + key + "' is not a single value", "write '" + key + ": value'");
      return null;
    }
    Matcher matcher = VARIABLE.matcher(scalar.getValue());
    return matcher.replaceAll(
        match -> {
          String value = configuration.get(match.group(1));
          if (value == null) {
            problems.add(
                source.problem(
                    ErrorCode.VARIABLE_UNDEFINED,
                    position(node),
                    "the variable '" + match.group(1) + "' has no value",
                    "give it with --set " + match.group(1) + "=…, or under configuration"));
            return "";
          }
          return Matcher.quoteReplacement(value);
        });
  }

  private static boolean isNull(Node node) {
    return node.getTag().equals(Tag.NULL);
  }

  private Position start() {
    return new Position(source.file(), 1, 1);
  }

  private Position position(Node node) {
    return new Position(
        source.file(), node.getStartMark().getLine() + 1, node.getStartMark().getColumn() + 1);
  }

  private void report(Position position, String message, String remedy) {
    problems.add(source.problem(ErrorCode.PROJECT_INVALID, position, message, remedy));
  }
}
