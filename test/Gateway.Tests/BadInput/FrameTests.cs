using System.Net.WebSockets;
using System.Text;

namespace Orchestrator.Tests;

/// <summary>Bytes that are no messages: the connection is answered or closed with a sentence, and nobody else notices.</summary>
public sealed class FrameTests(SharedServer shared) : ServerTest(shared)
{
    private const string Call = """{"type":1,"invocationId":"v","target":"GetOrchestratorVersion","arguments":[]}""";

    [Theory]
    [InlineData("this is no JSON")]
    [InlineData("{")]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("1")]
    [InlineData("\"text\"")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"type":"1"}""")]
    [InlineData("""{"type":1.5}""")]
    [InlineData("""{"type":99999999999999999999}""")]
    [InlineData("""{"type":null}""")]
    [InlineData("""{"type":1}""")]
    [InlineData("""{"type":1,"target":5,"arguments":[]}""")]
    [InlineData("""{"type":1,"target":"\ud800","arguments":[]}""")]
    [InlineData("""{"type":1,"invocationId":7,"target":"GetSessions","arguments":[]}""")]
    [InlineData("""{"type":1,"invocationId":"\udc00","target":"GetSessions","arguments":[]}""")]
    [InlineData("""{"type":1,"invocationId":"x","target":"SendMessageToAll","arguments":[{"message":NaN}]}""")]
    [InlineData("""{"type":1,"invocationId":"x","target":"SendMessageToAll","arguments":[{"message":Infinity}]}""")]
    [InlineData("""{"type":1,"invocationId":"x","target":"SendMessageToAll","arguments":[{"message":01}]}""")]
    [InlineData("""{"type":1,"invocationId":"x","target":"SendMessageToAll","arguments":[{"message":"unfinished}]}""")]
    [InlineData("""{"type":3}""")]
    [InlineData("""{"type":3,"invocationId":"x","result":1,"error":"both"}""")]
    [InlineData("""{"type":2,"invocationId":"x"}""")]
    [InlineData("""{"type":4,"invocationId":"x","target":"GetSessions"}""")]
    [InlineData("""{"type":5}""")]
    public async Task What_is_no_message_is_answered_or_closed_with_a_sentence(string frame)
    {
        var ann = await LogIn("Ann");
        var client = await Connect();
        client.Send(frame);
        Task<HubReply> after;
        try
        {
            after = client.InvokeRaw("v", Call);
            (await after).Ok();
        }
        catch (IOException)
        {
            await client.Over;
            client.CloseSentence.ShouldNotBeNullOrWhiteSpace(frame);
            client.CloseSentence.ShouldNotContain("Orchestrator.");
        }

        (await ann.Invoke("GetSessions")).Ok();
    }

    [Theory]
    [InlineData("""{"type":99}""")]
    [InlineData("""{"type":0}""")]
    [InlineData("""{"type":-1}""")]
    [InlineData("""{"type":6,"more":1}""")]
    [InlineData("""{"type":3,"invocationId":"nobody's","result":1}""")]
    [InlineData("""{"type":2,"invocationId":"nobody's","item":1}""")]
    [InlineData("""{"type":5,"invocationId":"nobody's"}""")]
    [InlineData("""{"type":1,"target":"GetOrchestratorVersion","arguments":[]}""")]
    [InlineData("""{"type":1,"target":"NoSuchCommand","arguments":[]}""")]
    public async Task A_message_that_asks_for_nothing_is_passed_over(string frame)
    {
        var client = await Connect();
        client.Send(frame);

        (await client.InvokeRaw("v", Call)).Ok();
        client.Arrivals.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_call_may_come_byte_by_byte()
    {
        var client = await Connect();
        var answer = client.InvokeRaw("other", Call.Replace("\"v\"", "\"other\"", StringComparison.Ordinal));
        var frame = Encoding.UTF8.GetBytes(Call);
        foreach (var part in frame.Append(HubClient.RecordSeparator).Chunk(7))
        {
            client.SendRaw(part);
        }

        var again = client.InvokeRaw("last", Call.Replace("\"v\"", "\"last\"", StringComparison.Ordinal));

        (await answer).Ok();
        (await again).Ok();
        client.Arrivals.Count.ShouldBe(3);
    }

    [Fact]
    public async Task Many_calls_may_come_in_one_frame()
    {
        var client = await Connect();
        var calls = string.Join((char)HubClient.RecordSeparator, Enumerable.Range(0, 100).Select(i => Call.Replace("\"v\"", $"\"{i}\"", StringComparison.Ordinal)));

        (await client.InvokeRaw("99", calls)).Ok();

        client.Arrivals.Count.ShouldBe(100);
    }

    [Fact]
    public async Task A_binary_frame_counts_like_a_text()
    {
        var client = await Connect();
        client.SendRaw([.. Encoding.UTF8.GetBytes(Call), HubClient.RecordSeparator], WebSocketMessageType.Binary);

        (await client.InvokeRaw("w", Call.Replace("\"v\"", "\"w\"", StringComparison.Ordinal))).Ok();
        client.Arrivals.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("GetSessions", "[]")]
    [InlineData("Login", "[{\"userName\":\"x\"}]")]
    [InlineData("Refuse", "[204,\"x\"]")]
    [InlineData("NoSuchCommand", "[]")]
    public async Task A_stream_of_what_is_none_is_answered_with_an_error_and_nothing_happens(string target, string arguments)
    {
        var client = await Connect();

        var reply = await client.InvokeRaw("s", $$"""{"type":4,"invocationId":"s","target":"{{target}}","arguments":{{arguments}}}""");

        (reply.HubError is { Length: > 0 } || reply.Answer is { Error: not 0, Message.Length: > 0 }).ShouldBeTrue($"{reply}");
        await Guest.LogIn(client, "nobody was logged in");
    }

    [Fact]
    public async Task A_huge_invocation_id_comes_back_as_it_is()
    {
        var client = await Connect();
        var id = new string('i', 500_000);

        (await client.InvokeRaw(id, Call.Replace("\"v\"", $"\"{id}\"", StringComparison.Ordinal))).Ok();
    }

    [Theory]
    [InlineData(10_000_000)]
    [InlineData(2_200_000)]
    public async Task A_message_over_the_limit_closes_its_connection_with_a_sentence_and_no_other(int length)
    {
        var ann = await LogIn("Ann");
        var ben = await LogIn("Ben");
        await ben.Join(await ann.AddSession());

        ben.Client.Send($$"""{"type":1,"invocationId":"x","target":"SendMessageToAll","arguments":[{"message":"{{new string('x', length)}}"}]}""");

        await ben.Client.Over.WaitAsync(TimeSpan.FromSeconds(20));
        (await ann.Client.WaitFor("USER_AWAY")).User.ShouldBe(ben.UserId);
        ann.Client.Events.ShouldNotContain(e => e.Kind == "MessageSent");
        (await ann.Invoke("SendMessageToAll", new { message = "still here" })).Ok();
        ben.Client.CloseSentence.ShouldNotBeNullOrWhiteSpace();
    }

    [Fact]
    public async Task A_message_right_below_the_limit_passes()
    {
        var ann = await LogIn("Ann");
        var ben = await LogIn("Ben");
        await ben.Join(await ann.AddSession());

        (await ben.Invoke("SendMessageToAll", new { message = new string('x', 2_000_000) })).Ok();

        (await ann.Client.WaitFor("MessageSent")).Data.Text("message").Length.ShouldBe(2_000_000);
    }

    [Theory]
    [InlineData(65)]
    [InlineData(1_000)]
    [InlineData(100_000)]
    public async Task What_is_nested_too_deep_is_refused_and_the_connection_stays(int depth)
    {
        var ann = await LogIn("Ann");
        await ann.AddSession();
        var deep = string.Concat(Enumerable.Repeat("[", depth)) + string.Concat(Enumerable.Repeat("]", depth));

        var reply = await ann.Client.InvokeRaw("d", $$"""{"type":1,"invocationId":"d","target":"SendMessageToAll","arguments":[{"message":{{deep}}}]}""");

        reply.Error.ShouldBe(207);
        reply.Message.ShouldNotBeEmpty();
        var last = await ann.Client.InvokeRaw("e", $$"""{"type":1,"target":"SendMessageToAll","arguments":[{"message":{{deep}}}],"invocationId":"e"}""");
        last.Error.ShouldBe(207);
        (await ann.Invoke("SendMessageToAll", new { message = "ok" })).Ok();
        (await ann.Client.WaitFor("MessageSent")).Data.Text("message").ShouldBe("ok");
    }

    [Theory]
    [InlineData(WebSocketMessageType.Text)]
    [InlineData(WebSocketMessageType.Binary)]
    public async Task Bytes_that_are_no_utf8_reach_nobody(WebSocketMessageType kind)
    {
        var ann = await LogIn("Ann");
        var ben = await LogIn("Ben");
        await ben.Join(await ann.AddSession());
        byte[] wrong =
        [
            .. """{"type":1,"invocationId":"u","target":"SendMessageToAll","arguments":[{"message":"a"""u8, 0xff, 0xc3, 0x28, .. "\"}]}"u8, HubClient.RecordSeparator,
        ];

        ben.Client.SendRaw(wrong, kind);
        await Task.WhenAny(ben.Client.Over, ben.Invoke("GetOrchestratorVersion"));

        (await ann.Invoke("SendMessageToAll", new { message = "ok" })).Ok();
        (await ann.Client.WaitFor("MessageSent")).Data.Text("message").ShouldBe("ok");
        ann.Client.IsOver.ShouldBeFalse();
    }

    [Theory]
    [InlineData("""{"protocol":"messagepack","version":1}""")]
    [InlineData("""{"protocol":"json","version":99}""")]
    [InlineData("""{"protocol":"json","version":"1"}""")]
    [InlineData("""{"protocol":null,"version":1}""")]
    [InlineData("""{"version":1}""")]
    [InlineData("""{"protocol":"json"}""")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("no JSON")]
    [InlineData(Call)]
    public async Task A_wrong_handshake_is_refused_with_a_sentence(string handshake)
    {
        var client = await Open();
        client.Send(handshake);

        var answer = await client.HandshakeAnswer;

        answer.Text("error").ShouldNotBeEmpty();
        await client.Over;
    }

    [Fact]
    public async Task An_endless_handshake_is_cut_off()
    {
        var client = await Open();
        client.SendRaw(Encoding.UTF8.GetBytes(new string('x', 3_000_000)));

        await client.Over.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Who_never_shakes_hands_is_closed()
    {
        var client = await Open();

        await client.Over.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Who_never_logs_in_is_told_and_closed()
    {
        await using var server = await HubServer.Start(("Limits:LoginSeconds", 1));
        await using var client = await server.Connect();

        (await client.WaitFor("Disconnecting")).Data.GetProperty("code").GetInt32().ShouldBe(4001);
        await client.Over;
    }

    [Fact]
    public async Task An_address_with_too_many_connections_gets_no_more_until_one_ends()
    {
        await using var server = await HubServer.Start(("Limits:ConnectionsPerAddressMax", 2));
        await using var first = await server.Connect();
        await using var second = await server.Connect();
        // The handshake is answered before a connection counts; a command is not.
        (await first.Invoke("GetOrchestratorVersion")).Ok();
        (await second.Invoke("GetOrchestratorVersion")).Ok();
        await using var third = await HubClient.Open(server.Address);
        third.Send("""{"protocol":"json","version":1}""");
        await third.Over.WaitAsync(TimeSpan.FromSeconds(20));
        await first.Close();

        await Eventually(async () =>
        {
            await using var again = await HubClient.Open(server.Address);
            again.Send("""{"protocol":"json","version":1}""");
            try
            {
                return (await again.Invoke("GetOrchestratorVersion")).Error == 0 ? null : "it is refused";
            }
            catch (IOException e)
            {
                return e.Message;
            }
        });
        (await second.Invoke("GetOrchestratorVersion")).Ok();
    }

    [Fact]
    public async Task Who_sends_too_fast_is_refused_what_is_too_much_and_others_are_not()
    {
        await using var server = await HubServer.Start(("Limits:CommandsPerSecondMax", 5));
        await using var client = await server.Connect();
        await using var other = await server.Connect();

        var replies = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => client.Invoke("GetOrchestratorVersion")));

        replies.Count(r => r.Error == 0).ShouldBeInRange(5, 40);
        replies.Where(r => r.Error != 0).ShouldAllBe(r => r.Error == 9006 && r.Message.Length > 0 && r.Answer!.Retry);
        (await other.Invoke("GetOrchestratorVersion")).Ok();
        await Eventually(async () => (await client.Invoke("GetOrchestratorVersion")).Error == 0 ? null : "it is still refused");
    }
}
