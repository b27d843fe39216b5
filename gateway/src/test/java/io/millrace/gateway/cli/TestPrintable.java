package io.millrace.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;

class TestPrintable {
  private static final String ESCAPE = "\u001b[2J\u009b31m\u0007\r\u007f";

  @Test
  void whatIsShownStays() {
    String text = "Zürich 東京 \"'`$(x)\\ \ud83d\ude00 نص";
    assertThat(Printable.line(text)).isEqualTo(text);
  }

  @Test
  void whatDoesSomethingIsNamed() {
    assertThat(Printable.line(ESCAPE)).isEqualTo("\\u001b[2J\\u009b31m\\u0007\\u000d\\u007f");
    assertThat(Printable.line("a\nb\u2028c")).isEqualTo("a\\u000ab\\u2028c");
    assertThat(Printable.line("\u202egpj.exe\u2066")).isEqualTo("\\u202egpj.exe\\u2066");
    assertThat(Printable.line("\udb40\udc41 \ud800")).isEqualTo("\\udb40\\udc41 \\ud800");
    assertThat(Printable.lines("a\nb\tc\rd")).isEqualTo("a\nb\tc\\u000dd");
  }

  @Test
  void whatIsLongIsCutBetweenCharacters() {
    assertThat(Printable.line("abcdef", 6)).isEqualTo("abcdef");
    assertThat(Printable.line("abcdefg", 6)).isEqualTo("abcde…");
    assertThat(Printable.line("abcd\ud83d\ude00xyz", 6)).isEqualTo("abcd…");
  }

  @Test
  void jsonIsTheSameDocumentToWhoeverParsesIt() throws Exception {
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode document = mapper.createObjectNode().put("a\u202e" + ESCAPE, "\u2028é\\\"");
    String text = Printable.json(document);
    assertThat(text).doesNotContainPattern("[\\p{Cntrl}\\u0080-\\u009f\\u202e\\u2028]");
    assertThat(mapper.readTree(text)).isEqualTo(document);
  }
}
