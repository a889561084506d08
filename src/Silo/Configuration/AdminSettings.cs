using Orchestrator.Administration;

namespace Orchestrator.Configuration;

/// <summary>The administrator that the configuration names: whole, or not at all.</summary>
internal static class AdminSettings
{
    /// <summary>ADMIN_USER and ADMIN_PASSWORD, the names that older installations have in their environment.</summary>
    public static IEnumerable<KeyValuePair<string, string?>> OfEnvironment()
    {
        foreach (var (variable, key) in new[] { ("ADMIN_USER", "Admin:User"), ("ADMIN_PASSWORD", "Admin:Password") })
        {
            if (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value)
            {
                yield return KeyValuePair.Create(key, (string?)value);
            }
        }
    }

    public static AdminOptions Checked(AdminOptions options, Limits limits)
    {
        if (options is { User: null, Password: null })
        {
            return options;
        }

        if (string.IsNullOrWhiteSpace(options.User) || string.IsNullOrEmpty(options.Password))
        {
            throw new ConfigurationException("Of Admin:User (ADMIN_USER) and Admin:Password (ADMIN_PASSWORD) only one is given; give both or neither.");
        }

        if (options.User.Length > limits.NameLengthMax)
        {
            throw new ConfigurationException($"Admin:User (ADMIN_USER) has more than {limits.NameLengthMax} characters.");
        }

        return options.Password.Length >= limits.PasswordLengthMin && options.Password.Length <= limits.PasswordLengthMax
            ? options
            : throw new ConfigurationException($"Admin:Password (ADMIN_PASSWORD) must have {limits.PasswordLengthMin} to {limits.PasswordLengthMax} characters.");
    }
}
