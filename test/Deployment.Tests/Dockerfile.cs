namespace Orchestrator.Deployment;

/// <summary>The Dockerfile, instruction by instruction.</summary>
internal sealed record Dockerfile(IReadOnlyList<Instruction> Instructions)
{
    public static Dockerfile Read() => Parse(Repository.Read("Dockerfile"));

    public static Dockerfile Parse(string text) => new(
    [
        .. text.Split('\n').Where(line => !line.StartsWith('#')).Aggregate("", static (whole, line) => whole + (line.EndsWith('\\') ? line[..^1] : $"{line}\n"))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(line => line.Split(' ', 2, StringSplitOptions.TrimEntries))
            .Select(parts => new Instruction(parts[0], parts[1])),
    ]);

    /// <summary>What follows the last FROM: the image that runs.</summary>
    public IEnumerable<Instruction> Last => Instructions.Skip(Instructions.Select((instruction, at) => instruction.Name == "FROM" ? at : 0).Max());

    /// <summary>What is taken from the repository, by the words of its COPY instructions.</summary>
    public IEnumerable<string> Sources => Instructions
        .Where(instruction => instruction.Name == "COPY" && !instruction.Text.StartsWith("--from=", StringComparison.Ordinal))
        .SelectMany(instruction => instruction.Text.Split(' ', StringSplitOptions.RemoveEmptyEntries)[..^1]);
}

/// <summary>One instruction.</summary>
internal sealed record Instruction(string Name, string Text);
