namespace Orchestrator.Security;

/// <summary>Characters that are not seen and change what is: they begin another line, tell a terminal something, or turn the direction of the text around them.</summary>
public static class Deceptive
{
    public static bool Is(char character) => char.IsControl(character)
        || character is (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069') or '\u2028' or '\u2029';
}
