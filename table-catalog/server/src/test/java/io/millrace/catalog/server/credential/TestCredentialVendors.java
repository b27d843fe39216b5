package io.millrace.catalog.server.credential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.catalog.MillraceException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TestCredentialVendors {
  private static final Instant NOW = Instant.parse("2026-11-29T10:00:00Z");
  private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
  private static final StorageRole ROLE =
      new StorageRole("arn:aws:iam::123456789012:role/lake", "id");

  private static StorageRequest request(String prefix, Optional<StorageRole> role) {
    return new StorageRequest(prefix, StorageAccess.READ_WRITE, Duration.ofMinutes(15), role);
  }

  @Test
  void localFilesNeedNoCredentials() {
    assertThat(CredentialVendors.local(CLOCK).vend(request("file:///t", Optional.empty())))
        .isEqualTo(
            new VendedCredentials("file:///t", NOW.plus(Duration.ofMinutes(15)), Optional.empty()));
  }

  @Test
  void aSessionForS3IsOneOfTheRoleForThePrefixTheAccessAndTheTime() {
    List<StorageRequest> asked = new ArrayList<>();
    VendedCredentials session =
        new VendedCredentials(
            "s3://b/t",
            NOW.plusSeconds(900),
            Optional.of(new AwsSession("key", "do-not-show", "nor-this")));
    CredentialVendors vendors =
        new CredentialVendors(
            new LocalCredentials(CLOCK),
            S3Credentials.of(
                (role, request) -> {
                  assertThat(role).isEqualTo(ROLE);
                  asked.add(request);
                  return session;
                }));
    StorageRequest request = request("s3://b/t", Optional.of(ROLE));

    assertThat(vendors.vend(request)).isEqualTo(session);
    assertThat(asked).containsExactly(request);
    assertThat(session.toString()).contains("key").doesNotContain("do-not-show", "nor-this");
    assertThatThrownBy(() -> vendors.vend(request("s3://b/t", Optional.empty())))
        .isInstanceOf(MillraceException.class)
        .hasMessageContaining("CONFIG_INVALID")
        .hasMessageContaining("it is in no external location that has a role");
  }

  @Test
  void whatCannotBeGivenOutIsRefused() {
    CredentialVendors vendors = CredentialVendors.local(CLOCK);
    assertThatThrownBy(() -> vendors.vend(request("s3://b/t", Optional.of(ROLE))))
        .isInstanceOf(MillraceException.class)
        .hasMessageContaining("this server has no access to AWS");
    assertThatThrownBy(() -> vendors.vend(request("gs://b/t", Optional.empty())))
        .isInstanceOf(MillraceException.class)
        .hasMessageContaining("only for file: and s3:");
    assertThatThrownBy(
            () ->
                new StorageRequest(
                    "file:///t", StorageAccess.READ, Duration.ZERO, Optional.empty()))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
