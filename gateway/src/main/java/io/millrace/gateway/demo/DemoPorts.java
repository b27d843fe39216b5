package io.millrace.gateway.demo;

import io.millrace.gateway.platform.Ports;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/** Where the demo's platform listens: at the usual ports, or beside them if they are taken. */
final class DemoPorts {
  private DemoPorts() {}

  static Ports choose() {
    Ports usual = Ports.DEFAULT;
    return new Ports(
        usualOrAny(usual.http()),
        usual.sqlGateway(),
        usualOrAny(usual.flink()),
        usualOrAny(usual.kafka()));
  }

  private static int usualOrAny(int port) {
    try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getByName("127.0.0.1"))) {
      return socket.getLocalPort();
    } catch (IOException taken) {
      return 0;
    }
  }
}
