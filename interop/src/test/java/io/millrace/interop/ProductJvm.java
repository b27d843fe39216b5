package io.millrace.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/**
 * Programs of the tests in a process with the product's libraries, none of which are on the class
 * path here: compiled when they are needed, since Maven compiles for this class path only.
 */
final class ProductJvm {
  private static final String[] OPENS = {
    "java.lang", "java.util", "java.util.concurrent", "java.net", "java.nio", "sun.nio.ch"
  };

  private ProductJvm() {}

  /**
   * Compiles a program.
   *
   * @param classes folder to compile into
   * @param program name of a resource beside this class, without {@code .java}
   * @param shared classes of these tests that it uses
   */
  static void compile(Path classes, String program, String... shared) throws IOException {
    Path source = Files.createDirectories(classes).resolve(program + ".java");
    try (InputStream in = ProductJvm.class.getResourceAsStream(program + ".java")) {
      Files.write(source, in.readAllBytes());
    }
    List<String> arguments =
        new ArrayList<>(
            List.of("-proc:none", "-d", classes.toString(), "-cp", jar(), source.toString()));
    for (String name : shared) {
      arguments.add(
          Path.of("src/test/java/io/millrace/interop", name + ".java").toAbsolutePath().toString());
    }
    ByteArrayOutputStream messages = new ByteArrayOutputStream();
    int failed =
        ToolProvider.getSystemJavaCompiler()
            .run(null, messages, messages, arguments.toArray(String[]::new));
    assertThat(failed).as(messages.toString(StandardCharsets.UTF_8)).isZero();
  }

  /** How to start one. */
  static List<String> command(Path classes, String heap, String... programAndArguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx" + heap, "-XX:TieredStopAtLevel=1", "-Duser.timezone=UTC"));
    for (String opened : OPENS) {
      command.add("--add-opens=java.base/" + opened + "=ALL-UNNAMED");
    }
    command.addAll(List.of("-cp", jar() + ":" + classes));
    command.addAll(List.of(programAndArguments));
    return command;
  }

  private static String jar() throws IOException {
    try (Stream<Path> found = Files.list(Product.home().resolve("gateway/target"))) {
      return found
          .filter(path -> path.getFileName().toString().matches("gateway-[^-]*(-SNAPSHOT)?\\.jar"))
          .findFirst()
          .orElseThrow()
          .toString();
    }
  }
}
