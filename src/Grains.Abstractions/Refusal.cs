namespace Orchestrator;

/// <summary>A coded no. Nothing has changed when it is thrown; it is the only exception that a command answers with.</summary>
[GenerateSerializer, Alias("refusal")]
public sealed class Refusal(RefusalCode code, string sentence) : Exception(sentence)
{
    /// <summary>Why, for a program. Codes are for ever.</summary>
    [Id(0)]
    public RefusalCode Code { get; } = code;

    /// <summary>The command may succeed when it is sent again, unchanged, a little later.</summary>
    public bool IsTemporary => Code.IsTemporary();

    public static Refusal Temporary(string sentence) => new(RefusalCode.Temporary, sentence);

    public static Refusal BadRequest(string sentence) => new(RefusalCode.BadRequest, sentence);
}
