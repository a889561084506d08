using System.Net.WebSockets;
using System.Text;

namespace Orchestrator.Tests;

/// <summary>What is said over Socket.IO 5 on a WebSocket, packet by packet.</summary>
public sealed class ConversationTests : IAsyncLifetime
{
    private EchoServer? _server;

    private EchoServer Server => _server!;

    public async ValueTask InitializeAsync() => _server = await EchoServer.Start();

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    [Fact]
    public async Task The_first_packet_says_what_the_server_can()
    {
        await using var client = await EchoClient.Connect(Server, "EIO=4");

        (await client.Hear()).ShouldMatch("""^0\{"sid":"[0-9a-f]{8}\.[-0-9a-f]{36}","upgrades":\[\],"pingInterval":25000,"pingTimeout":20000,"maxPayload":2097152\}$""");
    }

    [Fact]
    public async Task An_event_comes_back_and_an_acknowledgement_carries_its_id()
    {
        await using var client = await EchoClient.Enter(Server);

        await client.Say("""42["echo",{"a":[1,"ü"]},null,"text"]""");
        (await client.Hear()).ShouldBe("""42["echo",{"a":[1,"ü"]},null,"text"]""");
        await client.Say("""420["echo"]""");
        (await client.Hear()).ShouldBe("430[]");
        await client.Say("""42123456789["echo",1.50]""");
        (await client.Hear()).ShouldBe("43123456789[1.50]");
    }

    [Fact]
    public async Task Binary_parts_come_back_each_in_its_place()
    {
        await using var client = await EchoClient.Enter(Server);

        await client.Say("""453-7["echo",{"_placeholder":true,"num":1},[{"a":{"_placeholder":true,"num":2}},{"_placeholder":true,"num":0}]]""");
        await client.Say([1]);
        await client.Say([2, 2]);
        await client.Say([3, 3, 3]);

        (await client.Hear()).ShouldBe("""463-7[{"_placeholder":true,"num":0},[{"a":{"_placeholder":true,"num":1}},{"_placeholder":true,"num":2}]]""");
        (await client.Hear()).ShouldBe("b:0202");
        (await client.Hear()).ShouldBe("b:030303");
        (await client.Hear()).ShouldBe("b:01");
    }

    [Fact]
    public async Task A_message_may_come_in_fragments()
    {
        await using var client = await EchoClient.Enter(Server);
        foreach (var part in Encoding.UTF8.GetBytes($"""421["echo","{new string('ü', 40_000)}"]""").Chunk(8_191))
        {
            await client.SayPart(part, WebSocketMessageType.Text, WebSocketMessageFlags.None);
        }

        await client.SayPart([], WebSocketMessageType.Text, WebSocketMessageFlags.EndOfMessage);

        (await client.Hear()).ShouldBe($"""431["{new string('ü', 40_000)}"]""");
    }

    [Fact]
    public async Task An_attachment_that_never_comes_is_empty_when_the_next_text_comes()
    {
        await using var client = await EchoClient.Enter(Server);

        await client.Say("""451-1["echo",{"_placeholder":true,"num":0}]""");
        await client.Say("3");
        await client.Say("""422["echo"]""");

        (await client.Hear()).ShouldBe("""461-1[{"_placeholder":true,"num":0}]""");
        (await client.Hear()).ShouldBe("b:");
        (await client.Hear()).ShouldBe("432[]");
    }

    [Fact]
    public async Task Namespaces_are_entered_and_left_one_by_one()
    {
        await using var client = await EchoClient.Enter(Server);

        await client.Say("""40/log,{"token":"x"}""");
        (await client.Hear()).ShouldStartWith("40/log,{\"sid\":\"");
        await client.Say("""42/log,5["auth"]""");
        (await client.Hear()).ShouldBe("""43/log,5[{"token":"x"}]""");
        await client.Say("""40/closed,{"a":1}""");
        (await client.Hear()).ShouldBe("""44/closed,{"message":"Nobody may enter here.","data":{"code":801}}""");
        await client.Say("40/nowhere");
        (await client.Hear()).ShouldBe("""44/nowhere,{"message":"Invalid namespace","data":{"code":9007}}""");
        await client.Say("41/log,");
        await client.Say("""421["echo"]""");
        (await client.Hear()).ShouldBe("431[]");
        Server.Application.Left.ShouldBe(1);
    }

    [Fact]
    public async Task Who_leaves_the_root_is_gone_from_everywhere()
    {
        await using var client = await EchoClient.Enter(Server);
        await client.Say("40/log,");
        await client.Hear();

        await client.Say("41");

        (await client.HearTheEnd()).Status.ShouldBe(1000);
        await Eventually(() => Server.Application.Left == 2 && Server.Connections.Count == 0 ? null : $"{Server.Application.Left} have left, {Server.Connections.Count} are open");
    }

    [Fact]
    public async Task An_orderly_close_is_answered_and_a_cut_is_noticed()
    {
        await using var orderly = await EchoClient.Enter(Server);
        await using var cut = await EchoClient.Enter(Server);

        await orderly.Close();
        cut.Cut();

        orderly.CloseStatus.ShouldBe(WebSocketCloseStatus.NormalClosure);
        await Eventually(() => Server.Application.Left == 2 && Server.Connections.Count == 0 ? null : $"{Server.Application.Left} have left, {Server.Connections.Count} are open");
    }

    [Fact]
    public async Task A_busy_handler_holds_up_the_next_event_and_no_other_client()
    {
        await using var busy = await EchoClient.Enter(Server);
        await using var other = await EchoClient.Enter(Server);

        await busy.Say("""421["hold"]""");
        await busy.Say("""422["echo"]""");
        await Eventually(() => Server.Application.Received.Any(e => e.Name == "hold") ? null : "it is not held");
        await other.Say("""421["echo"]""");
        (await other.Hear()).ShouldBe("431[]");
        Server.Application.Received.Select(e => e.Name).ShouldBe(["hold", "echo"]);
        Server.Application.Held.SetResult();

        (await busy.Hear()).ShouldBe("""431["held"]""");
        (await busy.Hear()).ShouldBe("432[]");
    }
}
