using System.Text;

namespace Orchestrator.SocketIo;

/// <summary>Packets as the protocol's own documents show them.</summary>
public sealed class PacketDecoderTests
{
    private readonly PacketDecoder _decoder = new(new Limits());

    [Theory]
    [InlineData("0", "/", null)]
    [InlineData("0/admin,", "/admin", null)]
    [InlineData("0/admin", "/admin", null)]
    [InlineData("""0/admin,{"sid":"oSO0OpakMV_3jnilAAAA"}""", "/admin", """{"sid":"oSO0OpakMV_3jnilAAAA"}""")]
    [InlineData("""0{"token":"123"}""", "/", """{"token":"123"}""")]
    [InlineData("0/admin?token=1234&uid=abcd,", "/admin?token=1234&uid=abcd", null)]
    public void A_connect_names_a_namespace_and_may_bring_something(string text, string @namespace, string? auth)
    {
        var packet = Whole(text);

        packet.Type.ShouldBe(PacketType.Connect);
        packet.Namespace.ShouldBe(@namespace);
        packet.Auth?.ToString().ShouldBe(auth);
    }

    [Theory]
    [InlineData("""2["foo"]""", "/", null, "foo", new string[0])]
    [InlineData("""2/admin,["bar"]""", "/admin", null, "bar", new string[0])]
    [InlineData("""212["foo"]""", "/", 12L, "foo", new string[0])]
    [InlineData("""2/admin,456["project:delete",123]""", "/admin", 456L, "project:delete", new[] { "123" })]
    [InlineData("""2["hey", "Jude" , {"a": [1 ,2]} ]""", "/", null, "hey", new[] { "\"Jude\"", "{\"a\": [1 ,2]}" })]
    [InlineData("""2["a",null,true,1.50,"","\u00fc",[],{}]""", "/", null, "a", new[] { "null", "true", "1.50", "\"\"", "\"\\u00fc\"", "[]", "{}" })]
    [InlineData("""2["\u0061"]""", "/", null, "a", new string[0])]
    [InlineData("""2["a",{"_placeholder":true,"num":0}]""", "/", null, "a", new[] { """{"_placeholder":true,"num":0}""" })]
    public void An_event_has_a_name_and_arguments_as_they_stand(string text, string @namespace, long? id, string name, string[] arguments)
    {
        var packet = Whole(text);

        packet.Type.ShouldBe(PacketType.Event);
        packet.Namespace.ShouldBe(@namespace);
        packet.Event!.AckId.ShouldBe(id);
        packet.Event.Name.ShouldBe(name);
        packet.Event.Arguments.Select(a => a.ToString()).ShouldBe(arguments);
        packet.Event.Arguments.ShouldAllBe(a => a.Attachments.IsEmpty);
    }

    [Theory]
    [InlineData("1", nameof(PacketType.Disconnect), "/")]
    [InlineData("1/admin,", nameof(PacketType.Disconnect), "/admin")]
    [InlineData("3/admin,456[]", nameof(PacketType.Ack), "/admin")]
    [InlineData("313[\"bar\"]", nameof(PacketType.Ack), "/")]
    [InlineData("60-1[]", nameof(PacketType.Ack), "/")]
    public void Other_packets_are_what_they_are(string text, string type, string @namespace)
    {
        var packet = Whole(text);

        packet.Type.ToString().ShouldBe(type);
        packet.Namespace.ShouldBe(@namespace);
    }

    [Fact]
    public void Binary_parts_are_given_to_their_arguments_and_numbered_from_0_in_each()
    {
        Text("""52-/admin,9["baz",1,{"b":{"num":1,"_placeholder":true},"_placeholder":false},[{"_placeholder":true,"num":0}]]""").ShouldBe(Decoded.NotYet);
        _decoder.Binary([0, 0]).ShouldBe(Decoded.NotYet);

        var packet = _decoder.Binary([1]).Packet!;

        packet.Namespace.ShouldBe("/admin");
        packet.Event!.AckId.ShouldBe(9);
        packet.Event.Arguments.ShouldBe(
        [
            Payload.Of("1"),
            Payload.Of("""{"b":{"num":0,"_placeholder":true},"_placeholder":false}""") with { Attachments = [[1]] },
            Payload.Of("""[{"_placeholder":true,"num":0}]""") with { Attachments = [[0, 0]] },
        ]);
    }

    [Fact]
    public void A_binary_acknowledgement_takes_its_attachments_along()
    {
        Text("""61-/admin,456[{"_placeholder":true,"num":0}]""").ShouldBe(Decoded.NotYet);

        _decoder.Binary([3, 2, 1]).Packet!.Type.ShouldBe(PacketType.Ack);

        _decoder.Binary([3, 2, 1]).Mistake.ShouldNotBeNull();
    }

    [Fact]
    public void A_binary_event_without_attachments_is_whole_at_once() => Whole("""50-["a",1]""").Event!.Arguments.ShouldBe([Payload.Of("1")]);

    [Fact]
    public void What_is_missing_when_a_text_comes_is_empty()
    {
        Text("""52-["a",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]""");
        _decoder.Binary([1]);

        var packet = _decoder.TakeUnfinished()!;

        packet.Event!.Arguments.ShouldBe([Payload.Binary([1]), Payload.Binary([])]);
        _decoder.TakeUnfinished().ShouldBeNull();
    }

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private Decoded Text(string text) => _decoder.Text(Utf8(text));

    private Packet Whole(string text)
    {
        var decoded = Text(text);
        decoded.Mistake.ShouldBeNull();
        return decoded.Packet.ShouldNotBeNull();
    }
}
