// Declarations that suites put in force: an office that never closes, so that a deadline does not depend on the weekday.
const day = [['00:00', '24:00']];

export const alwaysOpen = { name: 'Always', zone: 'Europe/Rome', weekly: { mon: day, tue: day, wed: day, thu: day, fri: day, sat: day, sun: day } };

// Mail is answered within `seconds`, whatever the hour; comes before every policy of the demo.
export const fastMail = (seconds = 14_400) => ({
  calendars: [alwaysOpen],
  sla_policies: [{ name: 'Fast', rank: 1, channels: ['email'], calendar: 'Always', targets: [{ metric: 'first_response', budget_seconds: seconds }] }],
});
