package io.millrace.delta.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.log.InMemoryS3.Condition;
import io.millrace.delta.log.InMemoryS3.Fault;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.time.Duration;
import java.util.List;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TestS3CommitStore extends CommitStoreContract {
  private static final String TABLE = "s3://bucket/lake/my table";
  private static final String LOG = "bucket/lake/my table/_delta_log/";
  private static final byte[] OURS = "ours".getBytes(UTF_8);
  private static final byte[] THEIRS = "theirs".getBytes(UTF_8);
  private static final S3Retries QUICK =
      new S3Retries(4, Duration.ofMillis(1), Duration.ofMillis(2));

  private InMemoryS3 s3;

  @BeforeEach
  void start() throws IOException {
    s3 = new InMemoryS3(Condition.HONOURED);
  }

  @AfterEach
  void stop() {
    CommitStores.initialize(null);
    s3.close();
  }

  @Override
  protected CommitStore open() {
    return store("one");
  }

  private CommitStore store(String process) {
    return new S3CommitStore(TABLE, s3.settings(), QUICK, process);
  }

  @Override
  protected List<String> visibleNames() {
    return s3.names().stream()
        .filter(name -> name.startsWith(LOG))
        .map(name -> name.substring(LOG.length()))
        .toList();
  }

  private void replaceServer(Condition condition) throws IOException {
    s3.close();
    s3 = new InMemoryS3(condition);
  }

  @Test
  void aLostAnswerIsResolvedByReadingBack() throws IOException {
    s3.failEntries(Fault.ANSWER_LOST);

    assertThat(open().putIfAbsent(1, OURS)).isTrue();

    assertThat(open().read(1)).hasValue(OURS);
    assertThat(open().putIfAbsent(1, THEIRS)).isFalse();
  }

  @Test
  void anErrorAfterTheWriteIsResolvedByReadingBack() throws IOException {
    s3.failEntries(Fault.ERROR_AFTER_WRITE);

    assertThat(open().putIfAbsent(1, OURS)).isTrue();
    assertThat(s3.entryPuts()).isEqualTo(1);
  }

  @Test
  void aLostAnswerBesideAnotherWritersEntryIsALoss() throws IOException {
    assertThat(open().putIfAbsent(1, THEIRS)).isTrue();
    s3.failEntries(Fault.RESET);

    assertThat(open().putIfAbsent(1, OURS)).isFalse();

    assertThat(open().read(1)).hasValue(THEIRS);
  }

  @Test
  void aStoreUnderLoadIsAskedAgain() throws IOException {
    s3.failEntries(Fault.SLOW_DOWN, Fault.CONFLICT, Fault.SLOW_DOWN);

    assertThat(open().putIfAbsent(1, OURS)).isTrue();

    assertThat(open().read(1)).hasValue(OURS);
  }

  @Test
  void askingAgainHasAnEnd() {
    s3.failEntries(Fault.SLOW_DOWN, Fault.SLOW_DOWN, Fault.SLOW_DOWN, Fault.SLOW_DOWN);

    assertThatThrownBy(() -> open().putIfAbsent(1, OURS))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(
            "PUT s3://bucket/lake/my table/_delta_log/00000000000000000001.json: "
                + "S3 answered 503 SlowDown");
  }

  @Test
  void aConflictThatStaysIsAnError() {
    s3.failEntries(Fault.CONFLICT, Fault.CONFLICT, Fault.CONFLICT, Fault.CONFLICT);

    assertThatThrownBy(() -> open().putIfAbsent(1, OURS))
        .isInstanceOf(IOException.class)
        .hasMessageEndingWith("S3 answered BUSY");
  }

  @Test
  void theStoreIsAskedOncePerTableWhetherItHonoursTheCondition() throws IOException {
    open().putIfAbsent(1, OURS);
    open().putIfAbsent(2, OURS);
    open().read(2);

    assertThat(s3.probePuts()).isEqualTo(2);
    assertThat(visibleNames())
        .containsExactly("00000000000000000001.json", "00000000000000000002.json");
  }

  @Test
  void aProbeWhoseAnswersAreLostStillTells() throws IOException {
    s3.failProbes(Fault.ANSWER_LOST, Fault.SLOW_DOWN);

    assertThat(open().putIfAbsent(1, OURS)).isTrue();
    assertThat(visibleNames()).containsExactly("00000000000000000001.json");
  }

  @Test
  void aStoreThatIgnoresTheConditionHasOneWriter() throws IOException {
    for (Condition condition : List.of(Condition.IGNORED, Condition.NOT_IMPLEMENTED)) {
      replaceServer(condition);
      assertThat(store("one").putIfAbsent(1, OURS)).isTrue();
      assertThat(store("one").putIfAbsent(1, THEIRS)).isFalse();
      assertThat(store("one").putIfAbsent(2, OURS)).isTrue();

      assertThatThrownBy(() -> store("two").putIfAbsent(3, THEIRS))
          .isInstanceOfSatisfying(
              MillraceException.class,
              e -> {
                assertThat(e.code()).isEqualTo(ErrorCode.COMMIT_CONFLICT);
                assertThat(e.problem())
                    .startsWith(
                        "table s3://bucket/lake/my table is on a store that ignores If-None-Match,"
                            + " so that it can have one writer only, and another process wrote"
                            + " there ");
                assertThat(e.remedy())
                    .isEqualTo(
                        "stop the other writer and start this one again 90 s after its last"
                            + " commit; or move the table to a store with conditional writes,"
                            + " such as AWS S3 or a current MinIO");
              });
      assertThat(store("two").read(1)).hasValue(OURS);
      assertThat(store("two").read(3)).isEmpty();
    }
  }

  @Test
  void theRightOfASilentWriterEnds() throws IOException {
    replaceServer(Condition.IGNORED);
    assertThat(store("one").putIfAbsent(1, OURS)).isTrue();
    s3.age(LOG + S3OnlyWriter.NAME, S3OnlyWriter.LEASE.plusSeconds(2));

    assertThat(store("two").putIfAbsent(1, THEIRS)).isFalse();
    assertThat(store("two").putIfAbsent(2, THEIRS)).isTrue();

    assertThatThrownBy(() -> store("one").putIfAbsent(3, OURS))
        .hasMessageStartingWith("COMMIT_CONFLICT: ");
  }

  @Test
  void refusedAccessNamesTheObjectAndNoSecret() {
    s3.denyAccess();

    assertThatThrownBy(() -> open().putIfAbsent(1, OURS))
        .isInstanceOf(AccessDeniedException.class)
        .hasMessageContaining("s3://bucket/lake/my table/_delta_log/.probe-")
        .hasMessageEndingWith("S3 answered 403 InvalidAccessKeyId")
        .hasStackTraceContaining("AccessDenied")
        .satisfies(
            e ->
                assertThat(stackTrace(e))
                    .doesNotContain(InMemoryS3.ACCESS_KEY)
                    .doesNotContain(InMemoryS3.SECRET_KEY));
  }

  private static String stackTrace(Throwable failure) {
    var text = new java.io.StringWriter();
    failure.printStackTrace(new java.io.PrintWriter(text));
    return text.toString();
  }

  @Test
  void aBucketThatIsNotThereIsSaid() {
    CommitStore store = new S3CommitStore("s3a://other/t", s3.settings(), QUICK, "one");

    assertThatThrownBy(() -> store.putIfAbsent(1, OURS))
        .isInstanceOf(FileNotFoundException.class)
        .hasMessage("bucket other is not there");
  }

  @Test
  void aServerThatIsNotThereIsAnIoError() {
    S3Settings settings = s3.settings();
    s3.close();
    CommitStore store = new S3CommitStore(TABLE, settings, QUICK, "one");

    assertThatThrownBy(() -> store.putIfAbsent(1, OURS))
        .isInstanceOf(S3Failure.class)
        .hasMessageEndingWith(": no answer");
  }

  @Test
  void tablesOnS3AreCommittedAsFlinkIsConfigured() throws IOException {
    CommitStores.initialize(s3.configuration());

    assertThat(CommitStores.forTable("s3a://bucket/t/").putIfAbsent(0, OURS)).isTrue();
    assertThat(CommitStores.forTable("s3://bucket/t").putIfAbsent(0, THEIRS)).isFalse();

    assertThat(s3.names()).containsExactly("bucket/t/_delta_log/00000000000000000000.json");
  }

  @Test
  void keysMayBeginAsForFlinksOwnFileSystem() {
    var flink = new Configuration();
    flink.setString("fs.s3a.endpoint", "minio:9000");
    flink.setString("fs.s3a.connection.ssl.enabled", "false");
    flink.setString("s3a.path-style-access", "true");
    flink.setString("s3.endpoint.region", "eu-central-1");
    flink.setString("fs.s3a.access.key", "k");
    flink.setString("fs.s3a.secret.key", "s");
    flink.setString("fs.s3a.session.token", "t");

    S3Settings settings = S3Settings.of(flink);

    assertThat(settings.endpoint())
        .hasValueSatisfying(e -> assertThat(e).hasToString("http://minio:9000"));
    assertThat(settings.pathStyle()).isTrue();
    assertThat(settings.region()).hasValue("eu-central-1");
    assertThat(settings.credentials()).isPresent();
    assertThat(settings.toString()).doesNotContain("secretKey");
  }

  @Test
  void nothingSetIsTheDefaultOfTheSdk() {
    S3Settings settings = S3Settings.of(new Configuration());

    assertThat(settings.endpoint()).isEmpty();
    assertThat(settings.region()).isEmpty();
    assertThat(settings.credentials()).isEmpty();
    assertThat(settings.pathStyle()).isFalse();
  }

  @Test
  void halfAKeyPairIsRefused() {
    var flink = new Configuration();
    flink.setString("s3.access-key", "k");

    assertThatThrownBy(() -> S3Settings.of(flink))
        .hasMessage(
            "CONFIG_INVALID: only one of s3.access-key and s3.secret-key is set"
                + "\n  Remedy: set both, or neither to use the default credentials of the"
                + " environment");
  }

  @Test
  void anEndpointWithAUserIsRefusedWithoutRepeatingIt() {
    var flink = new Configuration();
    flink.setString("s3.endpoint", "https://user:hunter2@minio:9000");

    assertThatThrownBy(() -> S3Settings.of(flink))
        .hasMessage(
            "CONFIG_INVALID: s3.endpoint is not the address of a server"
                + "\n  Remedy: write it as https://host:port, without a user");
  }

  @Test
  void aPathWithoutAFolderIsRefused() {
    assertThatThrownBy(() -> new S3CommitStore("s3://bucket", s3.settings(), QUICK, "one"))
        .hasMessage(
            "OPTION_INVALID: table path s3://bucket does not name a bucket and a folder"
                + "\n  Remedy: write it as s3://bucket/folder");
  }
}
