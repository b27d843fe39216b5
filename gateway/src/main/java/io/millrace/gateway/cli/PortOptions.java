package io.millrace.gateway.cli;

import io.millrace.gateway.platform.Ports;
import java.util.List;
import picocli.CommandLine.Option;

/** Where the platform's parts listen. */
final class PortOptions {
  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "8787",
      description = "The catalog's HTTP API; 0 for any free port (default: 8787).")
  private int http;

  @Option(
      names = "--gateway-port",
      paramLabel = "PORT",
      defaultValue = "8083",
      description = "SQL Gateway; not part of this release (default: 8083).")
  private int sqlGateway;

  @Option(
      names = "--flink-port",
      paramLabel = "PORT",
      defaultValue = "8081",
      description = "Flink's web pages; 0 for any free port (default: 8081).")
  private int flink;

  @Option(
      names = "--kafka-port",
      paramLabel = "PORT",
      defaultValue = "9092",
      description = "Kafka broker; 0 for any free port (default: 9092).")
  private int kafka;

  Ports ports() {
    return new Ports(http, sqlGateway, flink, kafka);
  }

  /** The same ports for another process. */
  List<String> arguments() {
    return List.of(
        "--port=" + http,
        "--gateway-port=" + sqlGateway,
        "--flink-port=" + flink,
        "--kafka-port=" + kafka);
  }
}
