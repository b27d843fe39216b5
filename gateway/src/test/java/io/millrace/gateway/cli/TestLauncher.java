package io.millrace.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.gateway.Home;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code bin/millrace} itself, with a Java that only prints what it was given. */
class TestLauncher {
  @TempDir Path temporary;
  private Path home;
  private Path jdk;
  private Path script;

  @BeforeEach
  void makeHomeAndJava() throws Exception {
    home = temporary.resolve("a home with spaces");
    script = home.resolve("bin/millrace");
    Files.createDirectories(script.getParent());
    Files.copy(Home.fromLauncher().launcher(), script);
    makeExecutable(script);
    jdk = temporary.resolve("jdk of mine");
    executable(jdk.resolve("bin/java"), "#!/bin/sh\nfor a in \"$@\"; do echo \"[$a]\"; done\n");
    Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"17.0.15\"\n");
    built();
  }

  @Test
  void argumentsAndHomeArriveWholeFromAnyDirectoryAndThroughALink() throws Exception {
    Path links = Files.createDirectories(temporary.resolve("links"));
    Path first = Files.createSymbolicLink(links.resolve("one"), Path.of("two"));
    Files.createSymbolicLink(links.resolve("two"), script);
    Result result = run(first, links, "status", "--dir", "a b", "*");
    assertThat(result.exitCode()).isZero();
    assertThat(result.output())
        .contains(
            "[-Dmillrace.home=" + home + "]\n[-cp]\n[" + home + "/gateway/target/gateway-1.jar]")
        .endsWith("[io.millrace.gateway.cli.Millrace]\n[status]\n[--dir]\n[a b]\n[*]\n");
  }

  @Test
  void theHeapFollowsTheCommand() throws Exception {
    assertThat(heap("up")).isEqualTo("1500m");
    assertThat(heap("demo", "--verify")).isEqualTo("1500m");
    assertThat(heap("pipeline", "run", "p")).isEqualTo("1g");
    assertThat(heap("pipeline", "validate", "p")).isEqualTo("512m");
    assertThat(heap("table", "show", "t")).isEqualTo("512m");
    assertThat(heap("catalog", "list")).isEqualTo("1g");
    assertThat(heap("status")).isEqualTo("256m");
    assertThat(heap("up", "--detach")).isEqualTo("128m");
    assertThat(heap()).isEqualTo("256m");
  }

  @Test
  void aHeapThatIsGivenWins() throws Exception {
    assertThat(heap("pipeline", "run", "p", "--once", "--heap", "4g", "--set", "a=b"))
        .isEqualTo("4g");
    assertThat(heap("demo", "--heap=900m")).isEqualTo("900m");
    assertThat(heap("demo", "--heap", "lots")).as("left to the command").isEqualTo("1500m");
  }

  @Test
  void shortCommandsStartFastAndLongOnesRunFast() throws Exception {
    assertThat(run(script, "status").output()).contains("[-XX:TieredStopAtLevel=1]");
    assertThat(run(script, "up").output()).doesNotContain("TieredStopAtLevel");
  }

  @Test
  void whatFlinkNeedsIsOpen() throws Exception {
    String output = run(script, "up").output();
    String pom = Files.readString(Home.fromLauncher().directory().resolve("pom.xml"));
    String opens = pom.replaceAll("(?s).*<jvm.opens>(.*)</jvm.opens>.*", "$1");
    for (String open : opens.strip().split("\\s+")) {
      assertThat(output).contains("[" + open + "]");
    }
  }

  @Test
  void furtherOptionsOfJavaArePassedOn() throws Exception {
    Result result = run(script, temporary, Map.of("MILLRACE_JAVA_OPTS", "-Da=b -Dc=d"), "status");
    assertThat(result.output()).contains("[-Da=b]\n[-Dc=d]\n");
  }

  @Test
  void anOldJavaIsRefused() throws Exception {
    Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"1.8.0_392\"\n");
    Result result = run(script, "status");
    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(result.output())
        .isEqualTo(
            "error: CONFIG_INVALID: "
                + jdk
                + "/bin/java is Java 1.8.0_392\n"
                + "  remedy: Millrace needs 17 or newer: set JAVA_HOME to such a JDK\n");
    Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"11.0.2\"\n");
    assertThat(run(script, "status").exitCode()).isEqualTo(2);
    Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"25-ea\"\n");
    assertThat(run(script, "status").exitCode()).isZero();
  }

  @Test
  void aJavaHomeWithoutJavaIsRefused() throws Exception {
    Result result = run(script, temporary, Map.of("JAVA_HOME", "/nowhere"), "status");
    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(result.output())
        .startsWith("error: CONFIG_INVALID: JAVA_HOME is /nowhere, and there is no bin/java in it");
  }

  @Test
  void nothingBuiltMeansBuildingOnce() throws Exception {
    Files.delete(home.resolve("gateway/target/lib/classpath"));
    executable(
        home.resolve("mvnw"),
        """
        #!/bin/sh
        echo "mvnw $* in $(pwd)"
        touch gateway/target/lib/classpath
        """);
    Result result = run(script, "status");
    assertThat(result.output())
        .startsWith(
            "Millrace is not built yet. Building it once, which takes a few minutes:"
                + " ./mvnw -q -B -Dquick package\n"
                + "mvnw -q -B -Dquick package in "
                + home
                + "\nBuilt.\n");
    assertThat(result.exitCode()).isZero();
    assertThat(run(script, "status").output()).doesNotContain("mvnw");
  }

  @Test
  void aBuildThatFailsIsTold() throws Exception {
    Files.delete(home.resolve("gateway/kafka-broker/target/lib/classpath"));
    executable(home.resolve("mvnw"), "#!/bin/sh\necho no network\nexit 1\n");
    Result result = run(script, "up");
    assertThat(result.exitCode()).isEqualTo(70);
    assertThat(result.output())
        .contains("no network\nerror: INTERNAL: the build failed; its messages are above\n");
  }

  private String heap(String... arguments) throws Exception {
    String output = run(script, arguments).output();
    assertThat(output).contains("[-Xmx");
    return output.replaceAll("(?s).*\\[-Xmx([^]]*)].*", "$1");
  }

  private void built() throws IOException {
    for (String module : List.of("gateway", "gateway/kafka-broker")) {
      Path lib = Files.createDirectories(home.resolve(module).resolve("target/lib"));
      Files.writeString(lib.resolve("classpath"), "");
    }
    Files.writeString(home.resolve("gateway/target/gateway-1.jar"), "");
  }

  private Result run(Path command, String... arguments) throws Exception {
    return run(command, temporary, arguments);
  }

  private Result run(Path command, Path directory, String... arguments) throws Exception {
    return run(command, directory, Map.of(), arguments);
  }

  private Result run(
      Path command, Path directory, Map<String, String> environment, String... arguments)
      throws Exception {
    List<String> words = new ArrayList<>(List.of(command.toString()));
    words.addAll(List.of(arguments));
    File output = Files.createTempFile(temporary, "output", ".txt").toFile();
    ProcessBuilder builder =
        new ProcessBuilder(words)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output);
    Map<String, String> all = new HashMap<>(Map.of("JAVA_HOME", jdk.toString()));
    all.putAll(environment);
    builder.environment().remove("MILLRACE_JAVA_OPTS");
    builder.environment().putAll(all);
    Process process = builder.start();
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    return new Result(process.exitValue(), Files.readString(output.toPath()));
  }

  private static void executable(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    makeExecutable(file);
  }

  private static void makeExecutable(Path file) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private record Result(int exitCode, String output) {}
}
