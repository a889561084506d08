using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Npgsql;

namespace Orchestrator.Storage.Postgres;

/// <summary>Stands between a store and its database, and loses answers and connections when it is told to.</summary>
internal sealed class LossyProxy : IAsyncDisposable
{
    private readonly NpgsqlConnectionStringBuilder _target;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _ended = new();
    private readonly ConcurrentBag<Task> _conversations = [];
    private readonly Task _accepting;
    private TaskCompletionSource _speaks = new();
    private Loss? _loss;
    private int _lost;

    public LossyProxy(string database)
    {
        _target = new NpgsqlConnectionStringBuilder(database);
        _speaks.SetResult();
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>The database, through here.</summary>
    public string Database => new NpgsqlConnectionStringBuilder(_target.ConnectionString)
    {
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port,
        SslMode = SslMode.Disable,
    }.ToString();

    /// <summary>How many answers were lost.</summary>
    public int Lost => Volatile.Read(ref _lost);

    /// <summary>From here on nothing passes in either direction, and nobody is told.</summary>
    public void FallSilent() => Volatile.Write(ref _speaks, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    public void SpeakAgain() => Volatile.Read(ref _speaks).SetResult();

    /// <summary>
    /// Loses the next answer that reports the given change ("UPDATE 1"), with its connection. What happens in between runs
    /// when the change is durable and before anybody learns of the loss.
    /// </summary>
    public void LoseNext(string change, Func<Task> between) =>
        Volatile.Write(ref _loss, new Loss(Encoding.ASCII.GetBytes(change + "\0"), between));

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        _listener.Dispose();
        await Task.WhenAll([_accepting, .. _conversations]);
        _ended.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _conversations.Add(ConverseAsync(await _listener.AcceptTcpClientAsync(_ended.Token)));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The end of the test.
        }
    }

    private async Task ConverseAsync(TcpClient client)
    {
        using var server = new TcpClient();
        using (client)
        {
            try
            {
                await server.ConnectAsync(_target.Host!, _target.Port, _ended.Token);
                var question = PumpAsync(client, server, isAnswer: false);
                var answer = PumpAsync(server, client, isAnswer: true);
                await Task.WhenAny(question, answer);
                client.Close();
                server.Close();
                await Task.WhenAll(question, answer);
            }
            catch (Exception e) when (e is IOException or SocketException or InvalidOperationException or OperationCanceledException)
            {
                // One of both has gone, and so has the other.
            }
        }
    }

    private async Task PumpAsync(TcpClient from, TcpClient to, bool isAnswer)
    {
        var buffer = new byte[64 << 10];
        while (await from.GetStream().ReadAsync(buffer, _ended.Token) is > 0 and var length)
        {
            await Volatile.Read(ref _speaks).Task.WaitAsync(_ended.Token);
            if (isAnswer && Take(buffer.AsSpan(0, length)) is { } loss)
            {
                await loss.Between();
                Interlocked.Increment(ref _lost);
                return;
            }
            await to.GetStream().WriteAsync(buffer.AsMemory(0, length), _ended.Token);
        }
    }

    private Loss? Take(ReadOnlySpan<byte> answer) =>
        Volatile.Read(ref _loss) is { } loss && answer.IndexOf(loss.Change) >= 0 ? Interlocked.Exchange(ref _loss, null) : null;

    private sealed record Loss(byte[] Change, Func<Task> Between);
}
