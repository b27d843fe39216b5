package io.millrace.jobs.language;

import io.millrace.catalog.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.antlr.v4.runtime.ParserRuleContext;
import org.apache.flink.table.types.logical.RowType;
import org.jspecify.annotations.Nullable;

/** Reads {@code read_kafka(…)} and {@code read_files(…)} and gives them names. */
final class SourceFunctions {
  private static final List<String> KAFKA_ARGUMENTS =
      List.of("bootstrapServers", "subscribe", "startingOffsets");
  private static final List<String> FILE_ARGUMENTS =
      List.of("format", "header", "schema", "delimiter", "nullValue");
  private static final List<String> FORMATS = List.of("csv", "json", "parquet");
  private static final List<String> STARTING_OFFSETS = List.of("earliest", "latest");
  private static final int LONGEST_SUBJECT = 64;

  /** A value with where it stands, so that a mistake in it can be shown. */
  private record Argument(
      String name, String value, int nameOffset, int valueOffset, int valueEnd) {}

  private final SourceText source;
  private final Problems problems;

  SourceFunctions(SourceText source, Problems problems) {
    this.source = source;
    this.problems = problems;
  }

  /** The function; null if something is wrong with it, which has been told then. */
  @Nullable SourceFunction read(PipelineParser.SourceFunctionContext context, boolean streaming) {
    boolean kafka = context.READ_KAFKA() != null;
    if (kafka != streaming) {
      report(
          ErrorCode.SQL_UNSUPPORTED,
          context.getStart().getStartIndex(),
          kafka
              ? "read_kafka without STREAM would read the topic once and stop"
              : "STREAM read_files would watch the folder for new files, which is not possible yet",
          kafka ? "write STREAM read_kafka(…)" : "write read_files(…) without STREAM");
      return null;
    }
    Map<String, Argument> named = new LinkedHashMap<>();
    List<Argument> unnamed = new ArrayList<>();
    for (PipelineParser.ArgumentContext argument : context.argument()) {
      Argument read = argument(argument);
      if (argument.argumentName() == null) {
        unnamed.add(read);
      } else if (named.putIfAbsent(read.name(), read) != null) {
        report(
            ErrorCode.PROPERTY_INVALID,
            read.nameOffset(),
            "the argument '" + read.name() + "' is there twice",
            "keep one of them");
        return null;
      }
    }
    return kafka ? kafka(context, named, unnamed) : files(context, named, unnamed);
  }

  private @Nullable SourceFunction kafka(
      PipelineParser.SourceFunctionContext context,
      Map<String, Argument> named,
      List<Argument> unnamed) {
    if (!unnamed.isEmpty()) {
      report(
          ErrorCode.PROPERTY_INVALID,
          unnamed.get(0).valueOffset(),
          "an argument of read_kafka without a name",
          "write bootstrapServers => '…', subscribe => '…'");
      return null;
    }
    boolean right = true;
    for (Argument argument : named.values()) {
      if (argument.name().startsWith("kafka.")) {
        continue;
      }
      right &= isKnown("read_kafka", argument, KAFKA_ARGUMENTS, ", and kafka.*");
      if (argument.name().equals("startingOffsets")) {
        right &= isOneOf(argument, STARTING_OFFSETS);
      }
    }
    // An unknown name is probably the one that would be missed.
    if (!right
        || !isThere(context, named, "bootstrapServers")
        || !isThere(context, named, "subscribe")) {
      return null;
    }
    Map<String, String> options = values(named);
    String servers = options.remove("bootstrapServers");
    String topic = options.remove("subscribe");
    return new SourceFunction.ReadKafka(servers, topic, options);
  }

  private @Nullable SourceFunction files(
      PipelineParser.SourceFunctionContext context,
      Map<String, Argument> named,
      List<Argument> unnamed) {
    boolean right = true;
    if (unnamed.size() != 1 || unnamed.get(0).value().isBlank()) {
      report(
          ErrorCode.PROPERTY_INVALID,
          unnamed.size() > 1 ? unnamed.get(1).valueOffset() : context.getStart().getStartIndex(),
          "read_files takes one path and then named arguments",
          "write read_files('path', format => 'csv', …)");
      right = false;
    }
    for (Argument argument : named.values()) {
      right &= isKnown("read_files", argument, FILE_ARGUMENTS, "");
      if (argument.name().equals("format")) {
        right &= isOneOf(argument, FORMATS);
      } else if (argument.name().equals("header")) {
        right &= isOneOf(argument, List.of("true", "false"));
      }
    }
    right = right && isThere(context, named, "format");
    RowType schema = null;
    if (named.containsKey("schema")) {
      Argument argument = named.get("schema");
      try {
        schema =
            SchemaText.parse(
                argument.value(),
                (code, offset, message, remedy) ->
                    source.problem(
                        code, argument.valueOffset() + offset, source.masked(message), remedy));
      } catch (ProjectException e) {
        problems.addAll(e);
        right = false;
      }
    }
    if (!right) {
      return null;
    }
    Map<String, String> options = values(named);
    String format = options.remove("format");
    String header = options.remove("header");
    options.remove("schema");
    return new SourceFunction.ReadFiles(
        unnamed.get(0).value(),
        format.toLowerCase(Locale.ROOT),
        Boolean.parseBoolean(header),
        schema,
        options);
  }

  private Argument argument(PipelineParser.ArgumentContext context) {
    PipelineParser.ArgumentNameContext name = context.argumentName();
    PipelineParser.LiteralContext literal = context.literal();
    return new Argument(
        name == null ? "" : Words.dotted(name.identifier()),
        Words.value(literal),
        context.getStart().getStartIndex(),
        Words.valueOffset(literal),
        Words.valueEnd(literal));
  }

  private boolean isKnown(String function, Argument argument, List<String> known, String more) {
    if (known.contains(argument.name())) {
      return true;
    }
    report(
        ErrorCode.PROPERTY_INVALID,
        argument.nameOffset(),
        function + " has no argument '" + argument.name() + "'",
        Suggestion.remedy(argument.name(), known, "its arguments are") + more);
    return false;
  }

  private boolean isOneOf(Argument argument, List<String> possible) {
    if (possible.contains(argument.value().toLowerCase(Locale.ROOT))) {
      return true;
    }
    report(
        ErrorCode.PROPERTY_INVALID,
        argument.valueOffset(),
        argument.name()
            + " cannot be '"
            + source.written(argument.valueOffset(), argument.valueEnd())
            + "'",
        "write one of " + String.join(", ", possible));
    return false;
  }

  private boolean isThere(ParserRuleContext context, Map<String, Argument> named, String argument) {
    if (named.containsKey(argument) && !named.get(argument).value().isBlank()) {
      return true;
    }
    report(
        ErrorCode.PROPERTY_INVALID,
        named.containsKey(argument)
            ? named.get(argument).valueOffset()
            : context.getStart().getStartIndex(),
        context.getStart().getText().toLowerCase(Locale.ROOT) + " needs " + argument,
        "add " + argument + " => '…'");
    return false;
  }

  private void report(ErrorCode code, int offset, String message, String remedy) {
    problems.add(source.problem(code, offset, message, remedy));
  }

  private static Map<String, String> values(Map<String, Argument> named) {
    Map<String, String> values = new TreeMap<>();
    named.values().forEach(argument -> values.put(argument.name(), argument.value()));
    return values;
  }

  /**
   * Names functions after what they read: {@code read_kafka_orders}. Only where several of a
   * project read the same subject in different ways does a name depend on the arguments, so that it
   * stays the same when a broker moves.
   */
  static Map<SourceFunction, String> names(Collection<SourceFunction> functions) {
    Map<String, Set<SourceFunction>> bySubject = new HashMap<>();
    for (SourceFunction function : functions) {
      bySubject.computeIfAbsent(plainName(function), n -> new LinkedHashSet<>()).add(function);
    }
    Map<SourceFunction, String> names = new HashMap<>();
    bySubject.forEach(
        (name, same) ->
            same.forEach(
                function ->
                    names.put(function, same.size() == 1 ? name : name + "_" + digest(function))));
    return names;
  }

  private static String plainName(SourceFunction function) {
    String subject = function.subject().replaceAll("[^A-Za-z0-9]+", "_");
    return function.function()
        + "_"
        + subject.substring(Math.max(0, subject.length() - LONGEST_SUBJECT));
  }

  private static String digest(SourceFunction function) {
    List<String> parts = new ArrayList<>();
    parts.add(function.subject());
    if (function instanceof SourceFunction.ReadKafka kafka) {
      parts.add(kafka.bootstrapServers());
    } else if (function instanceof SourceFunction.ReadFiles files) {
      parts.add(files.format());
      parts.add(String.valueOf(files.header()));
      parts.add(String.valueOf(files.schema()));
    }
    function.options().forEach((name, value) -> parts.add(name + "=" + value));
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256")
              .digest(String.join("\0", parts).getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, 4);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
  }
}
