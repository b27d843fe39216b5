package io.millrace.jobs.project;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.jobs.language.Dataset;
import io.millrace.jobs.language.PipelineSql;
import io.millrace.jobs.language.Position;
import io.millrace.jobs.language.Problem;
import io.millrace.jobs.language.Problems;
import io.millrace.jobs.language.SourceText;
import io.millrace.jobs.language.Suggestion;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds, reads and parses the files of a project. */
final class ProjectLoader {
  private static final String FILE = "pipeline.yml";
  private static final String SPARK_FILE = "spark-pipeline.yml";
  private static final String EVERYTHING = "/**";
  private static final PipelineFile.Include DEFAULT_INCLUDE =
      new PipelineFile.Include("transformations/**", new Position(FILE, 1, 1));

  /** Far above any file that a person writes; a bound for the parsers. */
  private static final long MOST_BYTES = 4L << 20;

  private final Path given;
  private final Map<String, String> set;
  private final Problems problems = new Problems();

  ProjectLoader(Path given, Map<String, String> set) {
    this.given = given.toAbsolutePath().normalize();
    this.set = Map.copyOf(set);
  }

  /** What the settings file says, whatever the SQL files are. */
  PipelineSettings settings() {
    Path file = settingsFile();
    Optional<PipelineSettings> settings = pipelineFile(source(file)).read();
    problems.throwIfAny();
    return settings.orElseThrow();
  }

  private SourceText source(Path file) {
    SourceText source = SourceText.of(file.getFileName().toString(), read(file.getParent(), file));
    problems.throwIfAny();
    return source;
  }

  private PipelineFile pipelineFile(SourceText source) {
    return new PipelineFile(source, set, problems);
  }

  Project load() {
    Path file = settingsFile();
    Path folder = file.getParent();
    SourceText source = source(file);
    PipelineFile pipeline = pipelineFile(source);
    Optional<PipelineSettings> settings = pipeline.read();
    Map<String, Path> paths = new TreeMap<>();
    List<PipelineFile.Include> includes =
        pipeline.includes().isEmpty() ? List.of(DEFAULT_INCLUDE) : pipeline.includes();
    includes.forEach(include -> collect(source, folder, include, paths));
    Map<String, String> texts = new TreeMap<>();
    paths.forEach((name, path) -> texts.put(name, read(folder, path)));
    checkSet(pipeline.declaredVariables(), texts);
    List<SourceText> sources = new ArrayList<>();
    texts.forEach(
        (name, text) -> sources.add(SourceText.expand(name, text, pipeline.variables(), problems)));
    // A variable without a value leaves a hole that would only be told of again.
    problems.throwIfAny();
    List<Dataset> datasets = PipelineSql.read(sources, problems);
    if (datasets.isEmpty() && problems.isEmpty()) {
      problems.add(
          Problem.at(
              ErrorCode.PROJECT_INVALID,
              new Position(source.file(), 1, 1),
              "the pipeline has no dataset",
              "write CREATE OR REFRESH STREAMING TABLE … AS SELECT … in a .sql file under "
                  + includes.get(0).path()));
    }
    problems.throwIfAny();
    return new Project(folder, settings.orElseThrow(), datasets);
  }

  private Path settingsFile() {
    if (Files.isRegularFile(given)) {
      String name = given.getFileName().toString();
      if (name.equals(FILE) || name.equals(SPARK_FILE)) {
        return given;
      }
    }
    if (!Files.isDirectory(given)) {
      throw new MillraceException(
          ErrorCode.PROJECT_NOT_FOUND,
          "there is no project folder " + given,
          "name a folder that holds " + FILE);
    }
    Path file = given.resolve(FILE);
    Path sparkFile = given.resolve(SPARK_FILE);
    if (Files.exists(file) && Files.exists(sparkFile)) {
      throw new MillraceException(
          ErrorCode.PROJECT_INVALID,
          "the folder " + given + " holds both " + FILE + " and " + SPARK_FILE,
          "keep one of them");
    }
    if (!Files.exists(file) && !Files.exists(sparkFile)) {
      throw new MillraceException(
          ErrorCode.PROJECT_NOT_FOUND,
          "the folder " + given + " holds no " + FILE,
          "name the folder of a pipeline, or write " + FILE + " with at least 'name: …'");
    }
    return Files.exists(file) ? file : sparkFile;
  }

  private void collect(
      SourceText settings, Path folder, PipelineFile.Include include, Map<String, Path> into) {
    boolean everything = include.path().endsWith(EVERYTHING);
    String plain =
        everything
            ? include.path().substring(0, include.path().length() - EVERYTHING.length())
            : include.path();
    Path path = within(folder, plain);
    String problem =
        path == null || plain.contains("*")
            ? "is neither a file of the project nor one of its folders with /** behind"
            : everything && !Files.isDirectory(path)
                ? "names no folder"
                : !everything && !Files.isRegularFile(path) ? "names no file" : "";
    if (!problem.isEmpty()) {
      problems.add(
          settings.problem(
              ErrorCode.PROJECT_INVALID,
              new Position(settings.file(), include.position().line(), include.position().column()),
              "'" + include.path() + "' " + problem,
              "write a path within the project: transformations/** or transformations/a.sql"));
      return;
    }
    try (Stream<Path> files = Files.walk(path)) {
      files
          .filter(Files::isRegularFile)
          .filter(file -> !file.getFileName().toString().startsWith("."))
          .forEach(file -> add(folder, file, !everything, into));
    } catch (IOException e) {
      throw unreadable(path, e);
    }
  }

  private void add(Path folder, Path file, boolean named, Map<String, Path> into) {
    String name = folder.relativize(file).toString().replace('\\', '/');
    if (name.endsWith(".sql")) {
      into.put(name, file);
    } else if (name.endsWith(".py") || named) {
      problems.add(
          Problem.at(
              ErrorCode.SQL_UNSUPPORTED,
              new Position(name, 1, 1),
              name.endsWith(".py")
                  ? "datasets in Python are not possible"
                  : "a file whose name does not end with .sql",
              "write the datasets in SQL files"));
    }
  }

  private static @Nullable Path within(Path folder, String relative) {
    try {
      Path path = folder.resolve(relative).normalize();
      return path.startsWith(folder) && !Path.of(relative).isAbsolute() ? path : null;
    } catch (InvalidPathException e) {
      return null;
    }
  }

  private void checkSet(List<String> declared, Map<String, String> texts) {
    TreeSet<String> known = new TreeSet<>(declared);
    texts.values().forEach(text -> known.addAll(SourceText.variablesIn(text)));
    for (String name : new TreeSet<>(set.keySet())) {
      if (!known.contains(name)) {
        problems.add(
            Problem.at(
                ErrorCode.VARIABLE_UNDEFINED,
                null,
                "--set " + name + ": the project has no such variable",
                Suggestion.remedy(name, known, "its variables are")));
      }
    }
  }

  /** The text of a file; where it is no text, tells so and gives an empty one. */
  private String read(Path folder, Path file) {
    String name = folder.relativize(file).toString().replace('\\', '/');
    try {
      if (Files.size(file) > MOST_BYTES) {
        problems.add(
            Problem.at(
                ErrorCode.PROJECT_INVALID,
                new Position(name, 1, 1),
                "the file has " + Files.size(file) + " bytes, more than " + MOST_BYTES,
                "split it into several files"));
        return "";
      }
      return decode(name, Files.readAllBytes(file));
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private String decode(String name, byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(bytes.length + 1);
    CoderResult result = StandardCharsets.UTF_8.newDecoder().decode(in, out, true);
    String text = out.flip().toString();
    // A byte order mark is not a part of the text.
    String plain = text.startsWith("\uFEFF") ? text.substring(1) : text;
    if (result.isError()) {
      problems.add(
          Problem.at(
              ErrorCode.PROJECT_INVALID,
              SourceText.of(name, plain).position(plain.length()),
              "bytes that are not UTF-8",
              "save the file as UTF-8"));
      return "";
    }
    return plain;
  }

  private static MillraceException unreadable(Path file, IOException cause) {
    return new MillraceException(
        ErrorCode.IO_FAILED,
        "cannot read " + file + ": " + cause.getMessage(),
        "check that the file is there and readable",
        cause);
  }
}
