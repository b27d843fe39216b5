package io.millrace.catalog.server.principal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.catalog.access.SecurableType;
import io.millrace.catalog.server.model.Principal;
import io.millrace.catalog.server.principal.token.IssuedToken;
import io.millrace.catalog.server.principal.token.TokenRequest;
import io.millrace.catalog.server.store.MetadataStore;
import io.millrace.catalog.server.store.StoreSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestFirstStart {
  @TempDir Path directory;

  private final MovableClock clock = new MovableClock();

  private MetadataStore open() {
    return MetadataStore.open(StoreSettings.embedded(directory), clock);
  }

  @Test
  void anEmptyDatabaseBecomesACatalogWithOneAdmin() throws Exception {
    try (MetadataStore store = open()) {
      FirstStart.Result result =
          FirstStart.run(
              store, directory.resolve("admin.token"), "file:///lake", new SecureRandom());

      assertThat(result).isEqualTo(new FirstStart.Result(true, directory.resolve("admin.token")));
      Principal admin = store.state().principal("admin").orElseThrow();
      Principal admins = store.state().principal("metastore_admins").orElseThrow();
      assertThat(store.state().metastore().type()).isEqualTo(SecurableType.METASTORE);
      assertThat(store.state().metastore().owner()).isEqualTo(admins.id());
      assertThat(store.state().admins()).isEqualTo(admins.id());
      assertThat(store.state().isAdmin(admin.id())).isTrue();
      assertThat(store.state().tokens(admin.id()))
          .singleElement()
          .satisfies(token -> assertThat(token.expires()).isEmpty());
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(result.tokenFile())))
          .isEqualTo("rw-------");
      assertThat(Files.readString(result.tokenFile())).matches("mrt_[A-Za-z0-9_-]{43}\n");
    }
  }

  @Test
  void aSecondStartChangesNothing() throws Exception {
    String token;
    long version;
    try (MetadataStore store = open()) {
      FirstStart.run(store, directory.resolve("admin.token"), "file:///lake", new SecureRandom());
      token = Files.readString(directory.resolve("admin.token"));
      version = store.state().version();
    }
    try (MetadataStore store = open()) {
      FirstStart.Result result =
          FirstStart.run(
              store, directory.resolve("admin.token"), "file:///elsewhere", new SecureRandom());

      assertThat(result.made()).isFalse();
      assertThat(store.state().version()).isEqualTo(version);
      assertThat(Files.readString(result.tokenFile())).isEqualTo(token);
    }
  }

  @Test
  void aLostTokenFileIsNotMadeAnewAndTheOperatorMakesAnotherToken() throws Exception {
    try (MetadataStore store = open()) {
      FirstStart.run(store, directory.resolve("admin.token"), "file:///lake", new SecureRandom());
    }
    Files.delete(directory.resolve("admin.token"));
    try (MetadataStore store = open()) {
      FirstStart.run(store, directory.resolve("admin.token"), "file:///lake", new SecureRandom());
      assertThat(directory.resolve("admin.token")).doesNotExist();
    }
    IssuedToken issued =
        OperatorTokens.create(
            StoreSettings.embedded(directory),
            TokenRequest.personal("admin", "the way back").lasting(Duration.ofDays(1)),
            clock);
    assertThat(issued.secret().text()).startsWith("mrt_");
    try (MetadataStore store = open()) {
      assertThat(store.state().token(issued.token().id())).contains(issued.token());
    }
  }

  @Test
  void theOperatorMakesNoTokenWhileAnotherProcessHasTheCatalogOpen() throws Exception {
    try (MetadataStore store = open()) {
      FirstStart.run(store, directory.resolve("admin.token"), "file:///lake", new SecureRandom());
      assertThat(OperatorProcess.run(directory, "admin"))
          .startsWith(
              "ALREADY_RUNNING: the catalog in "
                  + directory
                  + " is in use by another process\n"
                  + "  Remedy: stop that process, or use its HTTP port; several instances share a"
                  + " PostgreSQL database");
    }
    assertThat(OperatorProcess.run(directory, "admin")).matches("mrt_[A-Za-z0-9_-]{43}\n");
  }

  @Test
  void theOperatorMakesNoCatalogByAskingForAToken() {
    StoreSettings settings = StoreSettings.embedded(directory);
    TokenRequest request = TokenRequest.personal("admin", "");
    assertThatThrownBy(() -> OperatorTokens.create(settings, request, clock))
        .hasMessage(
            "FILE_NOT_FOUND: there is no catalog in "
                + directory
                + "\n  Remedy: name the directory of a catalog, or start one there first");
    assertThat(directory).isEmptyDirectory();
  }
}
