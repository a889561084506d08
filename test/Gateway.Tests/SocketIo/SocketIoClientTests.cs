using System.Security.Cryptography;
using System.Text.Json;
using SocketIOClient;
using SocketIOClient.Transport;

namespace Orchestrator.Tests;

/// <summary>The library of VR2Gather's own clients, over a WebSocket. It sends in fragments of 8 KiB, and never sends an attachment that is empty.</summary>
public sealed class SocketIoClientTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private EchoServer? _server;
    private SocketIOClient.SocketIO? _client;

    private SocketIOClient.SocketIO Client => _client!;

    public async ValueTask InitializeAsync()
    {
        _server = await EchoServer.Start();
        _client = new SocketIOClient.SocketIO(_server.Address, new SocketIOOptions { Transport = TransportProtocol.WebSocket, Reconnection = false });
        await _client.ConnectAsync().WaitAsync(Patience);
        await Eventually(() => Client.Connected ? null : "it is not connected");
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisconnectAsync();
        Client.Dispose();
        await Eventually(() => _server!.Application.Left == 1 ? null : "it has not left");
        await _server!.DisposeAsync();
    }

    [Fact]
    public async Task Events_and_acknowledgements_carry_objects()
    {
        var came = new TaskCompletionSource<SocketIOResponse>();
        Client.On("echo", came.SetResult);

        var answer = await Ask(new { userName = "Ann", more = new[] { 1, 2 } }, "text");
        await Client.EmitAsync("echo", "over");

        answer.GetValue<JsonElement>(0).GetProperty("more")[1].GetInt32().ShouldBe(2);
        answer.GetValue<string>(1).ShouldBe("text");
        (await came.Task.WaitAsync(Patience)).GetValue<string>().ShouldBe("over");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8_192)]
    [InlineData(8_193)]
    [InlineData(50_000)]
    [InlineData(2_097_152)]
    public async Task Bytes_come_back_as_they_were(int length)
    {
        var bytes = RandomNumberGenerator.GetBytes(length);

        var answer = await Ask("kind", bytes);

        answer.GetValue<string>(0).ShouldBe("kind");
        answer.GetValue<byte[]>(1).ShouldBe(bytes);
    }

    [Fact]
    public async Task An_empty_attachment_is_announced_and_never_sent_and_yet_arrives()
    {
        var asked = Ask("kind", Array.Empty<byte>());

        // Only what comes next shows that it was not to come.
        (await Ask("next")).GetValue<string>().ShouldBe("next");

        (await asked).GetValue<byte[]>(1).ShouldBeEmpty();
    }

    private async Task<SocketIOResponse> Ask(params object[] arguments)
    {
        var answer = new TaskCompletionSource<SocketIOResponse>();
        await Client.EmitAsync("echo", answer.SetResult, arguments);
        return await answer.Task.WaitAsync(Patience);
    }
}
