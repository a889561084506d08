using System.Net;
using System.Net.Http.Headers;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace Orchestrator.Tests;

/// <summary>Bad input on a packet socket is answered, changes nothing, and nobody else notices.</summary>
public sealed class PacketInputTests(SharedServer shared) : PacketTest(shared)
{
    private const int Fuzzes = 3_000;

    // The head of a packet of the stream 1, with the number 2.
    private const string Packet = "02 00 0000 01000000 02000000 0000000000000000";

    [Theory]
    [InlineData("", 0, 0, 207)]
    [InlineData("02", 0, 0, 207)]
    [InlineData("02 00 0000 010000", 0, 0, 207)]
    [InlineData("02 00 0000 01000000 02000000 00000000000000", 1, 0, 207)]
    [InlineData("00 00 0000 01000000", 1, 0, 207)]
    [InlineData("03 00 0000 01000000 02000000 00000000", 1, 0, 207)]
    [InlineData("ff 00 0000 01000000", 1, 0, 207)]
    [InlineData("02 02 0000 01000000 02000000 0000000000000000 00", 1, 2, 207)]
    [InlineData("02 80 0000 01000000 02000000 0000000000000000 00", 1, 2, 207)]
    [InlineData("02 00 0100 01000000 02000000 0000000000000000 00", 1, 2, 207)]
    [InlineData("02 00 0001 01000000 02000000 0000000000000000 00", 1, 2, 207)]
    [InlineData("01 01 0000 09000000 6b", 9, 0, 207)]
    [InlineData("01 00 0000 09000000 ff", 9, 0, 207)]
    [InlineData("01 00 0000 09000000", 9, 0, 4002)]
    [InlineData("02 00 0000 09000000 02000000 0000000000000000 00", 9, 2, 4002)]
    [InlineData("02 01 0000 01000000 02000000 0000000000000000", 1, 2, 207)]
    [InlineData("02 01 0000 01000000 02000000 0000000000000000 7b", 1, 2, 207)]
    [InlineData("02 01 0000 01000000 02000000 0000000000000000 31 32 20 33", 1, 2, 207)]
    [InlineData("02 01 0000 01000000 02000000 0000000000000000 22 ff 22", 1, 2, 207)]
    [InlineData("02 01 0000 01000000 02000000 0000000000000000 6e 75 6c 6c", 1, 2, 3002)]
    [InlineData("02 01 0000 01000000 02000000 0000000000000000 30", 1, 2, 3002)]
    public async Task It_is_answered_with_a_code_and_its_number_and_the_next_packet_goes_out(string hex, uint handle, uint seq, int code)
    {
        var (ann, ben) = await Meet();
        await using var sender = await PacketClient.Open(Server, ann);
        await sender.Bind(1, Kind);

        await sender.SendRaw(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)));
        await sender.Send(1, 1, "good"u8);

        var error = await sender.WaitForError();
        (error.Handle, error.Seq, error.Code, error.Retry).ShouldBe((handle, seq, code, false));
        error.Sentence.ShouldNotBeEmpty();
        (await ben.Client.WaitFor("DataReceived")).Data.GetProperty("data").GetBytesFromBase64().ShouldBe("good"u8.ToArray());
        sender.Errors.Count.ShouldBe(1);
        Heard(ben).Count.ShouldBe(1);
    }

    [Fact]
    public async Task JSON_that_a_receiver_could_not_read_is_refused()
    {
        var (ann, ben) = await Meet();
        await using var sender = await PacketClient.Open(Server, ann);
        await sender.Bind(1, Kind);
        foreach (var (depth, seq) in new[] { (61, 1u), (62, 2u) })
        {
            await sender.Send(1, seq, Encoding.ASCII.GetBytes(new string('[', depth) + new string(']', depth)), isJson: true);
        }

        (await sender.WaitForError()).Seq.ShouldBe(2u);
        await ben.Client.WaitFor("DataReceived");
        Heard(ben).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Names_have_the_limits_that_they_have_elsewhere()
    {
        var (ann, _) = await Meet();
        await using var sender = await PacketClient.Open(Server, ann);
        await sender.Bind(5, new string('k', 257));
        (await sender.WaitForError()).ShouldBe(new PacketError(5, 0, 9003, false, sender.Errors[0].Sentence));
        for (var handle = 0u; handle < 256; handle++)
        {
            await sender.Bind(handle, $"kind {handle}");
        }

        await sender.Bind(0, "another name of the first");
        await sender.Bind(256, "one too many");
        var error = await sender.WaitForError(1);
        (error.Handle, error.Code).ShouldBe((256u, 9003));
        sender.Errors.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_number_whose_new_name_is_refused_has_none()
    {
        var (ann, _) = await Meet();
        await using var sender = await PacketClient.Open(Server, ann);
        await sender.Bind(1, Kind);
        await sender.Bind(1, "");
        await sender.Send(1, 1, "x"u8);
        (await sender.WaitForError(1)).Code.ShouldBe(4002);
    }

    [Theory]
    [InlineData(true, 1003)]
    [InlineData(false, 1009)]
    public async Task What_no_packet_socket_takes_closes_it_and_packets_come_on_the_connection_again(bool isText, int status)
    {
        var (ann, ben) = await Meet();
        await using var socket = await PacketClient.Open(Server, ben);
        await socket.SendRaw(new byte[isText ? 3 : (2 * 1_048_576) + 1], isText ? WebSocketMessageType.Text : WebSocketMessageType.Binary);
        (await socket.WaitForEnd()).ShouldBe(status);
        socket.CloseReason.ShouldNotBeNullOrEmpty();
        await Send(ann, "x");
        await ben.Client.WaitFor("DataReceived");
        (await ben.Invoke("GetSessionInfo")).Ok();
    }

    [Fact]
    public async Task Too_many_messages_in_a_second_are_refused_and_the_connection_has_its_own_rate()
    {
        await using var server = await HubServer.Start(("Limits:CommandsPerSecondMax", 20));
        await using var client = await server.Connect();
        var ann = await Guest.LogIn(client, "Ann");
        await ann.AddSession();
        await using var sender = await PacketClient.Open(server, ann);
        await sender.Bind(1, Kind);
        for (var i = 1u; i <= 100; i++)
        {
            await sender.Send(1, i, "x"u8);
        }

        var error = await sender.WaitForError();
        (error.Handle, error.Code, error.Retry).ShouldBe((1u, 9006, true));
        (await ann.Invoke("GetSessionInfo")).Ok();
    }

    [Fact]
    public async Task Without_a_token_of_this_connection_it_is_not_opened()
    {
        var (ann, ben) = await Meet();
        var token = await PacketClient.TokenOf(ann);
        (await Ask(null)).ShouldBe((HttpStatusCode.Unauthorized, 204));
        (await Ask("")).ShouldBe((HttpStatusCode.Unauthorized, 206));
        (await Ask("not one")).ShouldBe((HttpStatusCode.Unauthorized, 206));
        (await Ask(ann.Token)).ShouldBe((HttpStatusCode.Unauthorized, 206), "a resume token opens nothing else");
        (await Ask(await Server.Register(Names.New(), Names.Password))).ShouldBe((HttpStatusCode.Unauthorized, 206), "nor does an account's");
        (await Ask(token[..^3] + "abc")).ShouldBe((HttpStatusCode.Unauthorized, 206));
        (await Ask(token)).ShouldBe((HttpStatusCode.BadRequest, 207), "it is good, and this is no WebSocket");
        using var withHeader = new HttpRequestMessage(HttpMethod.Get, Server.Url("/packets")) { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) } };
        using var answer = await Server.Http.SendAsync(withHeader);
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        using var asAccount = await Server.Http.GetAsync(Server.Url($"/api/accounts/me?access_token={token}"));
        asAccount.StatusCode.ShouldBe(HttpStatusCode.Unauthorized, "and it is good for nothing else");

        (await ann.Invoke("Logout")).Ok();
        (await Ask(token)).ShouldBe((HttpStatusCode.Unauthorized, 206));
        await Guest.LogIn(ann.Client, "Eve");
        (await Ask(token)).ShouldBe((HttpStatusCode.Unauthorized, 206), "the next one on the connection is somebody else");

        var bens = await PacketClient.TokenOf(ben);
        ben.Client.Cut();
        await Eventually(async () => (await Ask(bens)).Status == HttpStatusCode.Unauthorized ? null : "it is still good");
    }

    [Fact]
    public async Task Whatever_bytes_come_the_server_lives_and_the_next_packet_goes_out()
    {
        var (ann, ben) = await Meet();
        await using var sender = await PacketClient.Open(Server, ann);
        var random = new Random(11);
        var head = Convert.FromHexString(Packet.Replace(" ", "", StringComparison.Ordinal));
        for (var i = 0; i < Fuzzes; i++)
        {
            var bytes = new byte[random.Next(40)];
            random.NextBytes(bytes);
            // Half of them begin as a packet or a name does.
            head.AsSpan(0, Math.Min(random.Next(2) * random.Next(head.Length), bytes.Length)).CopyTo(bytes);
            await sender.SendRaw(bytes);
        }

        await sender.Bind(1, Kind);
        await sender.Send(1, 1, "good"u8);
        await ben.Client.WaitFor(e => e.Name == "DataReceived" && e.Data.GetProperty("data").ValueKind == JsonValueKind.String && e.Data.Text("data") == Convert.ToBase64String("good"u8));
        sender.Errors.ShouldAllBe(e => e.Code == 207 || e.Code == 4002 || e.Code == 3002 || e.Code == 9003, "seed 11");
        sender.Errors.Count.ShouldBeGreaterThan(Fuzzes / 2);
    }

    private async Task<(HttpStatusCode Status, int Error)> Ask(string? token)
    {
        using var answer = await Server.Http.GetAsync(Server.Url(token is null ? "/packets" : $"/packets?access_token={Uri.EscapeDataString(token)}"));
        using var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return (answer.StatusCode, body.RootElement.GetProperty("error").GetInt32());
    }
}
