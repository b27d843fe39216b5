package io.millrace.gateway.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.jobs.language.Problem;
import io.millrace.jobs.language.ProjectException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The one place that tells a person, or with {@code --json} a program, what went wrong, and chooses
 * the exit code.
 */
final class ErrorReport implements IExecutionExceptionHandler, IParameterExceptionHandler {
  /** What nobody foresaw. */
  static final int UNEXPECTED = 1;

  private static final String DEBUG_VARIABLE = "MILLRACE_DEBUG";
  private static final String LOG_PROPERTY = "millrace.log";

  private final Console console;

  ErrorReport(Console console) {
    this.console = console;
  }

  @Override
  public int handleExecutionException(
      Exception failure, CommandLine commandLine, @Nullable ParseResult parsed) {
    Object command = commandLine.getCommand();
    boolean json = command instanceof MillraceCommand c && c.json();
    boolean verbose = command instanceof MillraceCommand c && c.verbose();
    return report(failure, json, verbose);
  }

  @Override
  public int handleParseException(ParameterException failure, String[] args) {
    MillraceException known = MillraceException.in(failure);
    if (known == null) {
      known =
          new MillraceException(
              ErrorCode.OPTION_INVALID, problem(failure), remedy(failure), failure);
    }
    boolean json = false;
    for (String argument : args) {
      json |= argument.equals("--json");
    }
    return report(known, json, false);
  }

  int report(Throwable failure, boolean json, boolean verbose) {
    MillraceException known = MillraceException.in(failure);
    String code = known == null ? "UNEXPECTED" : known.code().name();
    int exitCode = known == null ? UNEXPECTED : known.code().exitCode();
    String problem = known == null ? failure.toString() : known.problem();
    String remedy = known == null ? unexpectedRemedy() : known.remedy();
    if (json) {
      ObjectNode report = new ObjectMapper().createObjectNode();
      ObjectNode error = report.putObject("error");
      error.put("code", code).put("problem", problem).put("remedy", remedy);
      error.put("exit_code", exitCode);
      if (known instanceof ProjectException project) {
        ArrayNode problems = error.putArray("problems");
        for (Problem one : project.problems()) {
          problems
              .addObject()
              .put("code", one.code().name())
              .put("position", one.position() == null ? null : one.position().toString())
              .put("problem", one.message())
              .put("remedy", one.remedy());
        }
      }
      console.out().println(Printable.json(report));
    } else {
      console.err().println("error: " + code + ": " + Printable.lines(problem));
      console.err().println("  remedy: " + Printable.lines(remedy));
    }
    if (verbose || System.getenv(DEBUG_VARIABLE) != null) {
      failure.printStackTrace(console.err());
    }
    return exitCode;
  }

  private static String unexpectedRemedy() {
    String log = System.getProperty(LOG_PROPERTY);
    return "this is a fault of Millrace: please report it with "
        + (log == null ? "what --verbose prints" : "the end of " + log);
  }

  private static String problem(ParameterException failure) {
    return String.valueOf(failure.getMessage()).replaceAll("\\s*\\R\\s*", " ");
  }

  private static String remedy(ParameterException failure) {
    String help = "see " + failure.getCommandLine().getCommandSpec().qualifiedName() + " --help";
    if (failure instanceof UnmatchedArgumentException unmatched
        && !unmatched.getSuggestions().isEmpty()) {
      return "did you mean " + String.join(" or ", unmatched.getSuggestions()) + "? else " + help;
    }
    return help;
  }
}
