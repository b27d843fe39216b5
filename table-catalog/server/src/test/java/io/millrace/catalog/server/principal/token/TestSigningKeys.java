package io.millrace.catalog.server.principal.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import io.millrace.catalog.server.principal.FreshCatalog;
import io.millrace.catalog.server.store.CatalogKey;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestSigningKeys {
  private static final Duration VERIFIES_FOR = Duration.ofMinutes(16);

  @TempDir Path directory;
  @TempDir Path elsewhere;

  private FreshCatalog catalog;

  @BeforeEach
  void start() {
    catalog = new FreshCatalog(directory);
  }

  @AfterEach
  void stop() {
    catalog.close();
  }

  private SigningKeys open() {
    return SigningKeys.open(
        catalog.store, CatalogKey.load(directory), catalog.random, VERIFIES_FOR);
  }

  private static List<String> published(SigningKeys keys) throws Exception {
    return JWKSet.parse(keys.toJwks()).getKeys().stream().map(JWK::getKeyID).toList();
  }

  @Test
  void theSameKeySignsAfterARestart() {
    String first = open().signing().id();
    assertThat(open().signing().id()).isEqualTo(first);
  }

  @Test
  void aKeyIsPublishedAnHourBeforeItSignsAndVerifiesUntilItsTokensHaveExpired() throws Exception {
    SigningKeys keys = open();
    String first = keys.signing().id();
    catalog.clock.advance(Duration.ofDays(30).minusHours(1).minusSeconds(1));
    assertThat(keys.signing().id()).isEqualTo(first);
    assertThat(published(keys)).containsExactly(first);

    catalog.clock.advance(Duration.ofSeconds(1));
    assertThat(keys.signing().id()).isEqualTo(first);
    assertThat(published(keys)).hasSize(2).startsWith(first);
    String second = published(keys).get(1);

    catalog.clock.advance(Duration.ofHours(1));
    assertThat(keys.signing().id()).isEqualTo(second);
    assertThat(keys.find(first)).isPresent();
    assertThat(published(keys)).containsExactly(first, second);

    catalog.clock.advance(VERIFIES_FOR);
    assertThat(published(keys)).containsExactly(second);
    assertThat(open().find(first)).isEmpty();

    catalog.clock.advance(Duration.ofDays(30));
    assertThat(keys.signing().id()).isEqualTo(second);
    assertThat(rows()).isEqualTo(2);
  }

  private int rows() {
    return catalog
        .store
        .database()
        .jdbi()
        .withHandle(
            handle ->
                handle.createQuery("SELECT count(*) FROM signing_key").mapTo(Integer.class).one());
  }

  @Test
  void anotherInstanceFindsAKeyThatItDoesNotKnowYet() {
    SigningKeys one = open();
    SigningKeys other = open();
    catalog.clock.advance(Duration.ofDays(30));
    assertThat(one.signing().generation()).isEqualTo(1);
    catalog.clock.advance(Duration.ofHours(1));
    SigningKey second = one.signing();
    assertThat(second.generation()).isEqualTo(2);
    assertThat(other.find(second.id())).contains(second);
  }

  @Test
  void twoInstancesMakeOneNextKey() {
    SigningKeys one = open();
    SigningKeys other = open();
    catalog.clock.advance(Duration.ofDays(30));
    SigningKey unused = one.signing();
    SigningKey unusedToo = other.signing();
    catalog.clock.advance(Duration.ofHours(1));
    assertThat(one.signing()).isEqualTo(other.signing());
    assertThat(rows()).isEqualTo(2);
  }

  @Test
  void privateKeysAreEncryptedInTheDatabase() {
    SigningKeys keys = open();
    String stored =
        catalog
            .store
            .database()
            .jdbi()
            .withHandle(
                handle ->
                    handle
                        .createQuery("SELECT public_key || sealed_key FROM signing_key")
                        .mapTo(String.class)
                        .one());
    assertThat(stored)
        .contains(keys.signing().pair().getX().toString())
        .doesNotContain(keys.signing().pair().getD().toString())
        .doesNotContain("\"d\"");
  }

  @Test
  void withAnotherCatalogKeyNothingStarts() {
    SigningKeys unused = open();
    CatalogKey wrong = CatalogKey.load(elsewhere);
    assertThatThrownBy(() -> SigningKeys.open(catalog.store, wrong, catalog.random, VERIFIES_FOR))
        .hasMessage(
            "CONFIG_INVALID: key 1 for access tokens cannot be decrypted\n"
                + "  Remedy: give every instance of this catalog the same key, in catalog.key or"
                + " in MILLRACE_CATALOG_KEY; if it is lost, delete the rows of the table"
                + " signing_key");
  }

  @Test
  void aKeyThatWasExchangedInTheDatabaseIsNoticed() {
    SigningKeys unused = open();
    catalog
        .store
        .database()
        .jdbi()
        .useHandle(
            handle -> handle.execute("UPDATE signing_key SET public_key = public_key || ' '"));
    assertThatThrownBy(this::open)
        .hasMessageStartingWith("CONFIG_INVALID: key 1 for access tokens cannot be decrypted");
  }
}
