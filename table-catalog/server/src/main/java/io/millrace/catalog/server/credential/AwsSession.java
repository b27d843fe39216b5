package io.millrace.catalog.server.credential;

import static java.util.Objects.requireNonNull;

/** What AWS lets somebody in with, for a while. */
public record AwsSession(String accessKeyId, String secretAccessKey, String sessionToken) {
  public AwsSession {
    requireNonNull(accessKeyId, "accessKeyId is null");
    requireNonNull(secretAccessKey, "secretAccessKey is null");
    requireNonNull(sessionToken, "sessionToken is null");
  }

  @Override
  public String toString() {
    return "AwsSession[" + accessKeyId + "]";
  }
}
