"""Constants that are known by their digits alone: no series or integral gives more of them in reasonable time.

The digits of those of the library are those of the sequences named, cut off; a further digit is not known here.
"""

from __future__ import annotations

from dataclasses import dataclass

from flint import acb, arb


@dataclass(frozen=True, slots=True)
class Digits:
    """The digits of a constant, cut off, and the OEIS sequence that they are from."""

    text: str
    oeis: str

    def ball(self) -> acb:
        """Return a ball that holds the constant."""
        return decimal_ball(self.text)


def decimal_ball(text: str) -> acb:
    """Return a ball that holds the number of a decimal, cut off or rounded: a unit of its last digit to each side."""
    return acb(arb(text) + arb(10) ** -len(text.partition(".")[2]) * arb(0, 1))


DIGITS = {
    "feigenbaum_delta": Digits(
        "4.66920160910299067185320382046620161725818557747576863274565134300413433021131473713868974402394801381",
        "A006890",
    ),
    "feigenbaum_alpha": Digits(
        "2.502907875095892822283902873218215786381271376727149977336192056779235463179590206703299649746433834129",
        "A006891",
    ),
    "mills": Digits(
        "1.3063778838630806904686144926026057129167845851567136443680537599664340537668265988215014037011973957",
        "A051021",
    ),
    "landau_ramanujan": Digits(
        "0.76422365358922066299069873125009232811679054139340951472168667374961464165873285883840150501313123372",
        "A064533",
    ),
    "twin_prime": Digits(
        "0.66016181584686957392781211001455577843262336028473341331944842333540564230449527714376003141383986791",
        "A005597",
    ),
    "mertens": Digits(
        "0.26149721284764278375542683860869585905156664826119920619206421392492451089736820971414263143424665105",
        "A077761",
    ),
    "dottie": Digits(
        "0.73908513321516064165531208767387340401341175890075746496568063577328465488354759459937610693176653184",
        "A003957",
    ),
    "laplace_limit": Digits(
        "0.66274341934918158097474209710925290705623354911502241752039253499097185308651127724965480259895818168",
        "A033259",
    ),
    "soldner": Digits(
        "1.45136923488338105028396848589202744949303228364801586309300455766242559575451783565953135771108682884",
        "A070769",
    ),
}
"""The constants by the name that expressions use. Mills's constant is that of the Riemann hypothesis."""
