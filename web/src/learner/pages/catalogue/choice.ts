/** What of the catalogue is asked for: it stands in the address, so that a list can be sent to somebody. */

import type { operations } from '$lib/api/schema';

type Query = NonNullable<operations['list_courses']['parameters']['query']>;

export const FILTERS = ['audience', 'length', 'language', 'origin', 'skill'] as const;
export type Filter = (typeof FILTERS)[number];

export const AUDIENCES = ['citizen', 'civil_servant', 'community_team', 'business'] as const;
export const LENGTHS = [30, 60, 120];

/** The API's question for an address; what somebody wrote into it by hand and is none is left out. */
export function question(address: URLSearchParams): Query {
  const audience = AUDIENCES.find((one) => one === address.get('audience'));
  const minutes = LENGTHS.find((one) => String(one) === address.get('length'));
  const language = address.get('language');
  const origin = address.get('origin');
  const skill = /^([a-z0-9.-]{3,40})\|([0-9A-Za-z.-]{1,12})$/.exec(address.get('skill') ?? '');
  return {
    q: (address.get('q') ?? '').slice(0, 100),
    ...(audience && { audience }),
    ...(minutes && { most_minutes: minutes }),
    ...((language === 'vi' || language === 'en') && { language }),
    ...((origin === 'national' || origin === 'own') && { national: origin === 'national' }),
    ...(skill && { framework: skill[1], competence: skill[2] }),
  };
}
