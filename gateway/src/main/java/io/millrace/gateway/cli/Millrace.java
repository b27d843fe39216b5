package io.millrace.gateway.cli;

import io.millrace.catalog.MillraceException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code millrace}. */
@Command(
    name = "millrace",
    header = "Millrace: Kafka events to bronze, silver and gold Delta tables, in one Flink job.",
    synopsisSubcommandLabel = "COMMAND",
    versionProvider = Millrace.Version.class,
    footer = {
      "",
      "Start here:",
      "  millrace demo --verify     real events through real tables, checked by another engine",
      "  millrace COMMAND --help    options and examples of a command",
      "",
      "Exit codes:",
      "  0    done",
      "  1    something nobody foresaw",
      "  2    the command or its options are wrong",
      "  3    the project is wrong: its files, its SQL",
      "  4    the data is wrong: a failed expectation, a gap, a failed verification",
      "  5    the surroundings are wrong: broker, topic, disk, port, directory",
      "  6    other work is in the way: already running, a conflict, another schema",
      "  7    access: it is not known who asks, or that one may not do it",
      "  70   a fault of Millrace",
      "  130  interrupted with Ctrl-C",
      "",
      "Environment: JAVA_HOME (17 or newer), MILLRACE_JAVA_OPTS (further Java options),",
      "MILLRACE_DEBUG=1 (stack traces), MILLRACE_CDS=off (no class archive), FLINK_CONF_DIR and",
      "FLINK_PLUGINS_DIR (tables on S3; default: conf and plugins where Millrace is), MILLRACE_TOKEN",
      "(whom catalog commands act for; default: the admin of --dir)."
    })
public final class Millrace implements Runnable {
  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  boolean help;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Show the version.")
  boolean version;

  public static void main(String[] arguments) {
    CommandLine root = commandLine(Console.ofProcess());
    root.setExecutionStrategy(
        parsed -> {
          try {
            Wiring.tableStorage().initialize();
          } catch (MillraceException e) {
            throw new CommandLine.ExecutionException(root, e.getMessage(), e);
          }
          return new CommandLine.RunLast().execute(parsed);
        });
    System.exit(root.execute(arguments));
  }

  /** Runs one command; its exit code. */
  static int run(Console console, String... arguments) {
    return commandLine(console).execute(arguments);
  }

  static CommandLine commandLine(Console console) {
    ErrorReport errors = new ErrorReport(console);
    CommandLine root = new CommandLine(new Millrace());
    root.addSubcommand(new DemoCommand(console));
    root.addSubcommand(new UpCommand(console));
    root.addSubcommand(new DownCommand(console));
    root.addSubcommand(new StatusCommand(console));
    root.addSubcommand(PipelineCommand.commandLine(console));
    root.addSubcommand(TableCommand.commandLine(console));
    root.addSubcommand(QuarantineCommand.commandLine(console));
    root.addSubcommand(CatalogCommand.commandLine(console));
    root.setOut(new PrintWriter(console.out(), true, StandardCharsets.UTF_8));
    root.setErr(new PrintWriter(console.err(), true, StandardCharsets.UTF_8));
    root.setUsageHelpWidth(100);
    root.setExecutionExceptionHandler(errors);
    root.setParameterExceptionHandler(errors);
    return root;
  }

  @Override
  public void run() {
    if (spec != null) {
      throw new ParameterException(spec.commandLine(), "Missing a command");
    }
  }

  /** The version that the jar was built as. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Millrace.class.getPackage().getImplementationVersion();
      return new String[] {
        "millrace " + (version == null ? "development" : version),
        "Java " + System.getProperty("java.version")
      };
    }
  }
}
