using System.Diagnostics;

namespace Orchestrator.Testing;

/// <summary>Another program that has run to its end, and what it said.</summary>
internal sealed record ProgramRun(string Command, int ExitCode, string Output, string Errors)
{
    // Some fetch packages over a network.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>Runs a program and waits for its end, whatever that is; one that does not end is killed, and that is a failure.</summary>
    public static Task<ProgramRun> Of(string program, params IEnumerable<string> arguments) => Of(new ProcessStartInfo(program, arguments));

    /// <inheritdoc cref="Of(string, IEnumerable{string})"/>
    /// <remarks>In a directory, or with settings, of its own.</remarks>
    public static async Task<ProgramRun> Of(ProcessStartInfo start)
    {
        var command = $"{start.FileName} {string.Join(' ', start.ArgumentList)}";
        (start.UseShellExecute, start.RedirectStandardOutput, start.RedirectStandardError) = (false, true, true);
        using var process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(patience.Token);
            var errors = await process.StandardError.ReadToEndAsync(patience.Token);
            await process.WaitForExitAsync(patience.Token);
            return new ProgramRun(command, process.ExitCode, await output, errors);
        }
        catch (OperationCanceledException e)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{command} has not ended after {Patience.TotalMinutes} minutes.", e);
        }
    }

    /// <summary>Itself, if it was content.</summary>
    public ProgramRun Ok() => ExitCode == 0 ? this : throw new InvalidOperationException($"{Command} ended with code {ExitCode}: {Output}{Errors}");
}
