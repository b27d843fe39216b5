package io.millrace.catalog.server.principal.token;

import static java.util.Objects.requireNonNull;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.catalog.server.store.CatalogKey;
import io.millrace.catalog.server.store.Columns;
import io.millrace.catalog.server.store.Database;
import io.millrace.catalog.server.store.MetadataStore;
import java.security.SecureRandom;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys of access tokens, in the database, so that every instance on it signs and verifies with
 * the same. A key signs for {@link #SIGNS_FOR}; its successor is there, and told to the world, for
 * {@link #KNOWN_BEFORE} before it takes over. An old one verifies until nothing that it signed is
 * valid any more, and is deleted. Private halves are encrypted by a key that is not in the
 * database. Thread-safe.
 */
public final class SigningKeys {
  private static final Logger LOG = LoggerFactory.getLogger(SigningKeys.class);

  /** How long tokens are signed with one key. */
  public static final Duration SIGNS_FOR = Duration.ofDays(30);

  /** How long a key is known before it signs. */
  static final Duration KNOWN_BEFORE = Duration.ofHours(1);

  /** How often a key that nobody knows makes an instance look into the database. */
  private static final Duration LOOKS_EVERY = Duration.ofSeconds(1);

  private static final String PURPOSE = "millrace catalog signing keys, 1";

  private final Database database;
  private final Clock clock;
  private final SealedText sealing;
  private final Duration verifiesFor;
  private volatile List<SigningKey> keys = List.of();
  private Instant looked = Instant.EPOCH;

  private SigningKeys(Database database, Clock clock, SealedText sealing, Duration verifiesFor) {
    this.database = database;
    this.clock = clock;
    this.sealing = sealing;
    this.verifiesFor = verifiesFor;
  }

  /**
   * The keys of a catalog; the first is made if there is none.
   *
   * @param verifiesFor how long after its last signature a key is needed
   * @throws MillraceException CONFIG_INVALID if the catalog's key is not that which they were
   *     encrypted with
   */
  static SigningKeys open(
      MetadataStore store, CatalogKey key, SecureRandom random, Duration verifiesFor) {
    SigningKeys opened =
        new SigningKeys(
            store.database(),
            store.clock(),
            new SealedText(key.derive(PURPOSE), requireNonNull(random)),
            verifiesFor);
    opened.keys = opened.read();
    SigningKey unused = opened.signing();
    return opened;
  }

  /** The key that signs now. Makes the next one in time. */
  SigningKey signing() {
    Instant now = clock.instant();
    List<SigningKey> known = keys;
    if (isDue(known, now)) {
      known = rotate(now);
    }
    return signing(known, now)
        .orElseThrow(() -> new IllegalStateException("no key signs at " + now));
  }

  private static Optional<SigningKey> signing(List<SigningKey> known, Instant now) {
    // Where another instance has just made the first key, its clock may be ahead of ours.
    return known.stream()
        .filter(key -> !key.signsFrom().isAfter(now))
        .reduce((a, b) -> b)
        .or(() -> known.stream().findFirst());
  }

  private static boolean isDue(List<SigningKey> known, Instant now) {
    return known.isEmpty() || !now.isBefore(madeAfter(known.get(known.size() - 1)));
  }

  private static Instant madeAfter(SigningKey last) {
    return last.signsFrom().plus(SIGNS_FOR).minus(KNOWN_BEFORE);
  }

  private synchronized List<SigningKey> rotate(Instant now) {
    List<SigningKey> known = read();
    if (isDue(known, now)) {
      long generation = known.isEmpty() ? 1 : known.get(known.size() - 1).generation() + 1;
      insert(create(generation, known.isEmpty() ? now : now.plus(KNOWN_BEFORE)));
      known = read();
    }
    List<SigningKey> needed = stillNeeded(known, now);
    if (needed.size() < known.size()) {
      long oldest = needed.get(0).generation();
      database.change(
          handle -> handle.execute("DELETE FROM signing_key WHERE generation < ?", oldest));
    }
    keys = needed;
    return needed;
  }

  private List<SigningKey> stillNeeded(List<SigningKey> known, Instant now) {
    List<SigningKey> needed = new ArrayList<>();
    for (int i = 0; i < known.size(); i++) {
      boolean last = i == known.size() - 1;
      if (last || known.get(i + 1).signsFrom().plus(verifiesFor).isAfter(now)) {
        needed.add(known.get(i));
      }
    }
    return List.copyOf(needed);
  }

  private SigningKey create(long generation, Instant signsFrom) {
    try {
      ECKey pair =
          new ECKeyGenerator(Curve.P_256)
              .keyUse(KeyUse.SIGNATURE)
              .algorithm(com.nimbusds.jose.JWSAlgorithm.ES256)
              .keyIDFromThumbprint(true)
              .generate();
      return new SigningKey(generation, signsFrom, pair);
    } catch (JOSEException e) {
      throw new IllegalStateException("every JDK has the curve P-256", e);
    }
  }

  private void insert(SigningKey key) {
    String open = key.pair().toPublicJWK().toJSONString();
    try {
      database.change(
          handle ->
              handle.execute(
                  "INSERT INTO signing_key (generation, signs_from, public_key, sealed_key)"
                      + " VALUES (?, ?, ?, ?)",
                  key.generation(),
                  MetadataStore.time(key.signsFrom()),
                  open,
                  sealing.seal(key.pair().toJSONString(), open)));
      LOG.info(
          "A new key for access tokens: key={}, generation={}, signsFrom={}",
          key.id(),
          key.generation(),
          key.signsFrom());
    } catch (UnableToExecuteStatementException e) {
      // Another instance was faster, if its key is there now; otherwise the database failed.
      if (read().stream().noneMatch(there -> there.generation() == key.generation())) {
        throw e;
      }
    }
  }

  private record Row(long generation, Instant signsFrom, String publicKey, String sealedKey) {}

  private List<SigningKey> read() {
    List<Row> rows =
        database
            .jdbi()
            .withHandle(
                handle ->
                    handle
                        .createQuery(
                            "SELECT generation, signs_from, public_key, sealed_key FROM signing_key"
                                + " ORDER BY generation")
                        .map(
                            (row, context) ->
                                new Row(
                                    row.getLong(1),
                                    Columns.time(row, 2),
                                    row.getString(3),
                                    row.getString(4)))
                        .list());
    return rows.stream().map(this::opened).toList();
  }

  private SigningKey opened(Row row) {
    String json =
        sealing
            .open(row.sealedKey(), row.publicKey())
            .orElseThrow(
                () ->
                    new MillraceException(
                        ErrorCode.CONFIG_INVALID,
                        "key %d for access tokens cannot be decrypted".formatted(row.generation()),
                        "give every instance of this catalog the same key, in catalog.key or in "
                            + CatalogKey.VARIABLE
                            + "; if it is lost, delete the rows of the table signing_key"));
    try {
      return new SigningKey(row.generation(), row.signsFrom(), ECKey.parse(json));
    } catch (ParseException e) {
      throw new MillraceException(
          ErrorCode.STATE_CORRUPT,
          "key %d for access tokens is none".formatted(row.generation()),
          "restore the database from a backup");
    }
  }

  /** The key that a token names. Another instance may just have made it. */
  Optional<SigningKey> find(String id) {
    Optional<SigningKey> found = find(keys, id);
    return found.isPresent() ? found : find(lookedUp(), id);
  }

  private Optional<SigningKey> find(List<SigningKey> known, String id) {
    return stillNeeded(known, clock.instant()).stream()
        .filter(key -> key.id().equals(id))
        .findFirst();
  }

  private synchronized List<SigningKey> lookedUp() {
    Instant now = clock.instant();
    if (Duration.between(looked, now).abs().compareTo(LOOKS_EVERY) >= 0) {
      looked = now;
      keys = stillNeeded(read(), now);
    }
    return keys;
  }

  /** What others verify with, as RFC 7517 writes it: no private half. */
  public String toJwks() {
    List<JWK> open =
        stillNeeded(keys, clock.instant()).stream()
            .<JWK>map(key -> key.pair().toPublicJWK())
            .toList();
    return new JWKSet(open).toString(true);
  }
}
