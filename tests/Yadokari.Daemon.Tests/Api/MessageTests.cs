using System.Reflection;
using Shouldly;
using Xunit;
using Yadokari.Protocol;

namespace Yadokari.Daemon.Tests.Api;

/// <summary>Messages between programs. What is null is not written, and what is not written must not be required.</summary>
public sealed class MessageTests
{
    [Fact]
    public void What_a_message_may_leave_out_its_reader_does_not_miss()
    {
        NullabilityInfoContext nullability = new();
        List<string> missed = [];
        int looked = 0;
        foreach (Type type in typeof(ProtocolJson).Assembly.GetExportedTypes().Where(t => !t.IsGenericTypeDefinition && !(t.IsAbstract && t.IsSealed) && ProtocolJson.Default.GetTypeInfo(t) is not null))
        {
            foreach (ParameterInfo parameter in type.GetConstructors().SelectMany(c => c.GetParameters()))
            {
                looked++;
                if (nullability.Create(parameter).WriteState == NullabilityState.Nullable && !parameter.HasDefaultValue)
                {
                    missed.Add($"{type.Name}.{parameter.Name}");
                }
            }
        }

        missed.ShouldBeEmpty();
        looked.ShouldBeGreaterThan(50);
    }
}
