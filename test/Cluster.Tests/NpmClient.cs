using System.Diagnostics;
using System.Text.Json;

namespace Orchestrator.Cluster;

/// <summary>Socket.IO's own client, polling only, in a process of its own (test/socketio-clients/polling.js).</summary>
internal sealed class NpmClient : IAsyncDisposable
{
    private static readonly string Directory = Repository.Find("test/socketio-clients");

    private readonly Process _process;
    private readonly Lock _gate = new();
    private readonly List<JsonElement> _told = [];

    private NpmClient(Process process) => _process = process;

    /// <summary>Skips the test where it is not installed.</summary>
    public static void Demand() => Assert.SkipUnless(
        System.IO.Directory.Exists(Path.Combine(Directory, "node_modules", "socket.io-client-2")), "Socket.IO's clients are missing: npm ci in test/socketio-clients.");

    /// <summary>Starts one of a version, which comes from an address of this machine.</summary>
    public static NpmClient Start(string version, Uri server, string from)
    {
        var start = new ProcessStartInfo("node", [Path.Combine(Directory, "polling.js"), version, server.GetLeftPart(UriPartial.Authority), from])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var client = new NpmClient(new Process { StartInfo = start });
        client._process.OutputDataReceived += (_, line) => client.Take(line.Data);
        client._process.Start();
        client._process.BeginOutputReadLine();
        return client;
    }

    /// <summary>What it told of this kind, in order.</summary>
    public IReadOnlyList<JsonElement> Told(string kind)
    {
        lock (_gate)
        {
            return [.. _told.Where(told => told.TryGetProperty(kind, out _)).Select(told => told.GetProperty(kind))];
        }
    }

    /// <summary>The arguments of the events with this name that it heard.</summary>
    public IReadOnlyList<JsonElement> Heard(string name) => Named("event", name);

    /// <summary>Sends an event that asks for an acknowledgement, once it can.</summary>
    public void Say(string name, object argument) => _process.StandardInput.WriteLine(JsonSerializer.Serialize(new[] { name, argument }));

    /// <summary>Sends an event and gives its acknowledgement.</summary>
    public async Task<JsonElement> Ask(string name, object argument)
    {
        var before = Named("acknowledged", name).Count;
        Say(name, argument);
        await Eventually(() => Named("acknowledged", name).Count > before ? null : $"{name} is not answered; {this}");
        return Named("acknowledged", name)[before];
    }

    /// <summary>Leaves as a good client does.</summary>
    public async Task Leave()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
    }

    public override string ToString()
    {
        lock (_gate)
        {
            return $"the last that it told: {string.Join(" | ", _told.TakeLast(5))}";
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private IReadOnlyList<JsonElement> Named(string kind, string name) => [.. Told(kind).Where(told => told[0].GetString() == name).Select(static told => told[1])];

    private void Take(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_gate)
        {
            _told.Add(JsonElement.Parse(line));
        }
    }
}
