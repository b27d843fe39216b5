package io.millrace.gateway.platform;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Where the parts of a platform listen, all on 127.0.0.1.
 *
 * @param http the catalog's HTTP API
 * @param sqlGateway Flink's SQL Gateway
 * @param flink Flink's REST interface and web pages
 * @param kafka the embedded broker; 0 anywhere means any free port
 */
public record Ports(int http, int sqlGateway, int flink, int kafka) {
  public static final Ports DEFAULT = new Ports(8787, 8083, 8081, 9092);

  /**
   * @throws MillraceException OPTION_INVALID for a number that is no port, or one given twice
   */
  public Ports {
    Map<Integer, String> seen = new LinkedHashMap<>();
    take(seen, "--port", http);
    take(seen, "--gateway-port", sqlGateway);
    take(seen, "--flink-port", flink);
    take(seen, "--kafka-port", kafka);
  }

  private static void take(Map<Integer, String> seen, String option, int port) {
    if (port < 0 || port > 65_535) {
      throw new MillraceException(
          ErrorCode.OPTION_INVALID,
          option + " is " + port,
          "give a number from 1 to 65535, or 0 for any free port");
    }
    String before = port == 0 ? null : seen.put(port, option);
    if (before != null) {
      throw new MillraceException(
          ErrorCode.OPTION_INVALID,
          before + " and " + option + " are both " + port,
          "give each part its own port");
    }
  }

  /**
   * The ports with a free one in place of 0 for the parts that run: catalog, Flink and Kafka.
   *
   * @throws MillraceException PORT_IN_USE naming port and option
   */
  public Ports claim() {
    return new Ports(
        free("--port", http), sqlGateway, free("--flink-port", flink), free("--kafka-port", kafka));
  }

  private static int free(String option, int port) {
    try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getByName("127.0.0.1"))) {
      return socket.getLocalPort();
    } catch (BindException e) {
      throw new MillraceException(
          ErrorCode.PORT_IN_USE,
          "port " + port + " (" + option + ") cannot be had: " + e.getMessage(),
          "stop the program that listens there, or choose another port with "
              + option
              + ", for example "
              + option
              + " "
              + (port > 65_000 ? port - 1_000 : port + 100),
          e);
    } catch (IOException e) {
      throw new MillraceException(
          ErrorCode.PORT_IN_USE,
          "port " + port + " (" + option + ") cannot be tried: " + e,
          "see that this machine has a loopback interface",
          e);
    }
  }
}
