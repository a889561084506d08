using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Orchestrator.Load.Wire;

namespace Orchestrator.Load.Servers;

/// <summary>How a server is started.</summary>
/// <param name="Program">Its assembly.</param>
/// <param name="Data">A directory that goes with it; null for none.</param>
internal sealed record ServerStart(string Name, string Program, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Environment, string? Data);

/// <summary>A server as a child of this process. It ends with it, however that ends.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private const string Listening = "listening on ";
    private const int TailMax = 40;
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(10);
    private static readonly ConcurrentDictionary<int, ServerProcess> Running = new();

    private readonly ServerStart _start;
    private readonly Process _process;
    private readonly Process _guard;
    private readonly TaskCompletionSource<Uri> _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentQueue<string> _tail = new();

    static ServerProcess() => AppDomain.CurrentDomain.ProcessExit += static (_, _) => EndAll();

    private ServerProcess(ServerStart start)
    {
        _start = start;
        var info = new ProcessStartInfo("dotnet", [start.Program, .. start.Arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
            WorkingDirectory = Path.GetTempPath(),
        };
        foreach (var (name, value) in start.Environment)
        {
            info.Environment[name] = value;
        }

        _process = new Process { StartInfo = info, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, e) => Heard(e.Data);
        _process.ErrorDataReceived += (_, e) => Heard(e.Data);
        _process.Exited += (_, _) => _listening.TrySetException(new IOException($"The {start.Name} ended:{Environment.NewLine}{Tail}"));
        StartedAt = Stopwatch.GetTimestamp();
        _process.Start();
        Running[_process.Id] = this;
        _guard = Guard(_process.Id);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public long StartedAt { get; }

    public int Id => _process.Id;

    public Uri Address { get; private set; } = null!;

    public string? Data => _start.Data;

    /// <summary>The last lines that it wrote.</summary>
    public string Tail => new StringBuilder().AppendJoin(Environment.NewLine, _tail).ToString();

    /// <summary>Starts it and waits until it says where it listens.</summary>
    public static async Task<ServerProcess> Start(ServerStart start, CancellationToken cancellationToken)
    {
        var server = new ServerProcess(start);
        try
        {
            server.Address = await server._listening.Task.WaitAsync(StartTimeout, cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!Running.TryRemove(_process.Id, out _))
        {
            return;
        }

        _ = Native.Kill(_process.Id, Native.Terminate);
        try
        {
            using var patience = new CancellationTokenSource(StopTimeout);
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
        _guard.Kill();
        _guard.Dispose();
        RemoveData();
    }

    /// <summary>Waits for the end of its input, which is the end of this process, and ends the server if we had no time for it.</summary>
    private static Process Guard(int server) => Process.Start(
        new ProcessStartInfo("/bin/sh", ["-c", $"read -r _; kill -KILL {server}"]) { RedirectStandardInput = true, UseShellExecute = false })!;

    /// <summary>This process ends at once, and takes them with it.</summary>
    private static void EndAll()
    {
        foreach (var (id, server) in Running)
        {
            if (Running.TryRemove(id, out _))
            {
                server._process.Kill(entireProcessTree: true);
                server._guard.Kill();
                server.RemoveData();
            }
        }
    }

    private void RemoveData()
    {
        try
        {
            if (_start.Data is { } data && Directory.Exists(data))
            {
                Directory.Delete(data, recursive: true);
            }
        }
        catch (IOException)
        {
            // It lies in the temporary directory.
        }
    }

    private void Heard(string? line)
    {
        if (line is null)
        {
            return;
        }

        _tail.Enqueue(line);
        while (_tail.Count > TailMax)
        {
            _tail.TryDequeue(out _);
        }

        var at = line.IndexOf(Listening, StringComparison.Ordinal);
        if (at >= 0)
        {
            var address = line[(at + Listening.Length)..].Split(',')[0].Trim();
            _listening.TrySetResult(new Uri(address));
        }
    }
}
